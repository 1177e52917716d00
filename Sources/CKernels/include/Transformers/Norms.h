// RMSNorm and LayerNorm of each head of each row, for float (suffix f32) and double (suffix f64).
//
// With C the dimension of a head; sums in f64 as along a row of Losses.h, the rest in REAL, each
// operation rounded once:
//
//     mean = Σ x / C, or 0 where the norm does not centre
//     inverse = 1 / √(Σ (x - mean)² / C + epsilon), in f64 with the unrounded mean, then rounded
//     n = (x - mean)·inverse
//     y = n, n·w, or fma(n, w, b);  w = weight, or 1 + weight
//
// Backward, with g = dy·w (dy without a weight):
//
//     dx = inverse·fma(-n, Σ g·n / C, g - Σ g / C), the last mean only where the norm centres
//
// A row that holds a NaN or an infinity becomes NaN. Every NaN written is the canonical one.
#ifndef LORA_NORMS_H
#define LORA_NORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "../InstructionSet.h"
#include "HeadPlace.h"

typedef struct {
  double epsilon;
  // Whether the mean is taken off: LayerNorm, not RMSNorm.
  bool centres;
  // [C] of REAL, or null: then there is no bias either.
  const void *weight;
  // Whether weights are stored less 1, as Gemma's are.
  bool adds_one;
  // [C] of REAL, or null.
  const void *bias;
} LoraNorm;

#define LORA_DECLARE_NORMS(REAL, SUFFIX)                                                          \
  /* y, means and inverses [rows, heads] overwritten; `means` may be null where none is taken.    \
     y may be x itself at the same place, else apart from it. */                                  \
  void lora_norm_forward_##SUFFIX(                                                                \
      lora_instruction_set set, const LoraNorm *norm, const REAL *x, const LoraHeadPlace *from,   \
      REAL *y, const LoraHeadPlace *to, REAL *means, REAL *inverses, size_t rows);                \
  /* dx, placed as x is, overwritten, or added to; dy, placed as y is. dx may be dy itself at the \
     same place. */                                                                               \
  void lora_norm_backward_##SUFFIX(                                                               \
      lora_instruction_set set, const LoraNorm *norm, const REAL *dy, const LoraHeadPlace *to,    \
      const REAL *x, const LoraHeadPlace *from, const REAL *means, const REAL *inverses,          \
      REAL *dx, bool adds, size_t rows);

LORA_DECLARE_NORMS(float, f32)
LORA_DECLARE_NORMS(double, f64)

#endif
