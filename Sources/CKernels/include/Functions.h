// Elementary functions, for float (suffix f32) and double (suffix f64).
#ifndef LORA_FUNCTIONS_H
#define LORA_FUNCTIONS_H

#include <stddef.h>

#include "InstructionSet.h"

// The largest errors, in units of the result's last place, of f32 over every 13th of all numbers
// and of f64 over 8 million numbers of all sizes, beside extended precision:
//                                                f32    f64
//   exp         eˣ                               1.00   1.00
//   log         ln x                             0.95   1.35
//   tanh        tanh x                           1.35   1.35
//   sigmoid     σ(x) = 1 / (1 + e⁻ˣ)             1.50   1.50
//   normal cdf  Φ(x) = (1 + erf(x / √2)) / 2     1.45   1.65
//   sin, cos    of x in radians, of any size     0.50   0.78
//
// The bounds hold for subnormal results too. exp(±∞) = ∞ and 0, σ and Φ are 1 and 0 there, tanh 1
// and -1; ln ±0 = -∞, ln ∞ = ∞, ln of less is NaN; tanh(-0) = -0, sin(-0) = -0;
// sin ±∞ and cos ±∞ are NaN. Every NaN is the canonical one.
typedef enum {
  LORA_EXP,
  LORA_LOG,
  LORA_TANH,
  LORA_SIGMOID,
  LORA_NORMAL_CDF,
  LORA_SIN,
  LORA_COS
} lora_function;

#define LORA_DECLARE_FUNCTIONS(REAL, SUFFIX)                                                      \
  /* y = f(x), overwritten; x itself, or apart from it */                                         \
  void lora_evaluate_##SUFFIX(                                                                    \
      lora_instruction_set set, lora_function function, const REAL *x, REAL *y, size_t count);

LORA_DECLARE_FUNCTIONS(float, f32)
LORA_DECLARE_FUNCTIONS(double, f64)

#endif
