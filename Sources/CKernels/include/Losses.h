// Losses and what is summed along a row, for float (suffix f32) and double (suffix f64).
//
// Shape letters: B rows, C columns. A sum along a row is in f64: element i joins partial sum
// i mod 16, each begun at 0 and in ascending order; then sums i and i + 8 are added, i and i + 4,
// i and i + 2, the two. So it depends on C alone. How rows are summed is BlockSum.h's matter.
// Every NaN written is the canonical one. No two arguments may overlap.
#ifndef LORA_LOSSES_H
#define LORA_LOSSES_H

#include <stddef.h>
#include <stdint.h>

#include "InstructionSet.h"

// The classes that some rows are known to have.
typedef struct {
  // [B]: in 0 ..< C, or negative for a row that has none: its loss and gradient are 0.
  const int32_t *labels;
  // [C], by which a row's loss is multiplied according to its class; null for 1.
  const double *weights;
  // What the step's loss is divided by: the sum of the weights of all its rows.
  double divisor;
} LoraClasses;

#define LORA_DECLARE_LOSSES(REAL, SUFFIX)                                                         \
  /* sum of squares of a row of `count` elements, NaN or infinite when one is */                  \
  double lora_sum_of_squares_##SUFFIX(lora_instruction_set set, const REAL *x, size_t count);     \
  /* p[B,C] = exp(z - max z) · (1 / Σ exp(z - max z)) of each row z of logits[B,C], overwritten;  \
     the difference and exp in REAL, the rest in f64, rounded once */                             \
  void lora_softmax_##SUFFIX(                                                                     \
      lora_instruction_set set, const REAL *logits, REAL *p, size_t rows, size_t columns);        \
  /* losses[B] = v·(ln Σ exp(z - max z) + max z - z[label]), v the weight of the row's class;     \
     dlogits[B,C] (may be null) = exp(z - max z) · (v / (Σ exp(z - max z) · divisor)) as above,   \
     less v / divisor at the label; both overwritten */                                           \
  void lora_softmax_cross_entropy_##SUFFIX(                                                       \
      lora_instruction_set set, const REAL *logits, const LoraClasses *classes, REAL *dlogits,    \
      double *losses, size_t rows, size_t columns);                                               \
  /* losses[B] = Σ (y - target)² along the row, in f64;                                           \
     dy[B,C] (may be null) = 2 (y - target) / divisor; both overwritten */                        \
  void lora_squared_error_##SUFFIX(                                                               \
      lora_instruction_set set, const REAL *y, const REAL *target, double divisor, REAL *dy,      \
      double *losses, size_t rows, size_t columns);

LORA_DECLARE_LOSSES(float, f32)
LORA_DECLARE_LOSSES(double, f64)

#endif
