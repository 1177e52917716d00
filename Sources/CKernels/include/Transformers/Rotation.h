// Rotary position embedding: pairs of numbers turned by an angle that grows with the position.
//
// For pair p < width / 2 of a head, c and s the cosine and sine of the row's position:
//
//     y1 = fma(x1, c, -(x2·s))
//     y2 = fma(x2, c, x1·s)
//
// and with s negated where the rotation is turned back. A pair is x[p] and x[p + width / 2], or
// x[2p] and x[2p + 1]; numbers from `width` on stay. Every NaN written is the canonical one.
#ifndef LORA_ROTATION_H
#define LORA_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../InstructionSet.h"
#include "HeadPlace.h"

typedef struct {
  // Even, at most the dimension of a head.
  size_t width;
  // Whether the two numbers of a pair are neighbours.
  bool neighbours;
  bool turns_back;
  // [positions, width / 2] of REAL.
  const void *cosines, *sines;
  // [rows]: the row of the tables that belongs to each.
  const int32_t *positions;
} LoraRotation;

#define LORA_DECLARE_ROTATION(REAL, SUFFIX)                                                       \
  /* x is read and overwritten */                                                                 \
  void lora_rotate_##SUFFIX(                                                                      \
      lora_instruction_set set, const LoraRotation *rotation, REAL *x,                            \
      const LoraHeadPlace *place, size_t rows);

LORA_DECLARE_ROTATION(float, f32)
LORA_DECLARE_ROTATION(double, f64)

#endif
