// Dense: the elementwise half of a network, for float (suffix f32) and double (suffix f64).
//
// Shape letters: B rows of a batch, C columns. Matrices are row-major without gaps. Every function
// exists for both types, written once, so that gradients checked by finite differences in f64 vouch
// for the f32 code. Each operation is rounded once; a product and a sum are one fma only where it
// says so. An element depends on its own operands alone, not on the range that it came in, nor on
// the instruction set. Every NaN written is the canonical one. No two arguments may overlap unless
// it says so.
#ifndef LORA_DENSE_H
#define LORA_DENSE_H

#include <stddef.h>
#include <stdint.h>

#include "InstructionSet.h"

// y = f(z):
//   relu       max(z, 0)
//   gelu       z·Φ(z), Φ the normal distribution function
//   gelu tanh  z·(1 + tanh(√(2/π)·(z + 0.044715 z³))) / 2, which some models have in gelu's place
//   silu       z·σ(z), σ(z) = 1 / (1 + exp(-z))
//   tanh       tanh(z)
typedef enum {
  LORA_ACTIVATION_RELU,
  LORA_ACTIVATION_GELU,
  LORA_ACTIVATION_GELU_TANH,
  LORA_ACTIVATION_SILU,
  LORA_ACTIVATION_TANH
} LoraActivation;

// Which elements dropout leaves out: a function of the key, the row and the column, so that any
// part of a matrix can be computed anywhere, and again.
//
// With `row` = SplitMix64's number `first_row + b + 1` from the state `key`, and mix the finalizer
// of MurmurHash3 for 32 bits, modulo 2^32:
//
//     h = mix(mix(c + (row mod 2^32)) xor ⌊row / 2^32⌋)
//
// Element (b, c) is left out exactly when h < ⌊probability·2^32⌋.
// Sources: https://prng.di.unimi.it/splitmix64.c,
// https://github.com/aappleby/smhasher/wiki/MurmurHash3
typedef struct {
  // What tells one use from another: a mix of seed, step and layer.
  uint64_t key;
  // In 0 ..< 1.
  double probability;
  // The row of the whole that is the first one given.
  size_t first_row;
} LoraDropout;

// y[B,C] = bias[C] in every row, overwritten: numbers are copied.
void lora_fill_rows_f32(float *y, const float *bias, size_t rows, size_t columns);
void lora_fill_rows_f64(double *y, const double *bias, size_t rows, size_t columns);

#define LORA_DECLARE_DENSE(REAL, SUFFIX)                                                          \
  /* y[B,C] = fma(factors[C], v[B,C], y[B,C]) */                                                  \
  void lora_add_scaled_columns_##SUFFIX(                                                          \
      lora_instruction_set set, REAL *y, const REAL *v, const REAL *factors, size_t rows,         \
      size_t columns);                                                                            \
  /* y = f(z), overwritten */                                                                     \
  void lora_activation_forward_##SUFFIX(                                                          \
      lora_instruction_set set, LoraActivation kind, const REAL *z, REAL *y, size_t count);       \
  /* d: on entry the gradient of y, on exit that of z, d·f'(z); z and y as in forward */          \
  void lora_activation_backward_##SUFFIX(                                                         \
      lora_instruction_set set, LoraActivation kind, const REAL *z, const REAL *y, REAL *d,       \
      size_t count);                                                                              \
  /* y[B,C] = x[B,C] · (0 for what is left out, else 1 / (1 - probability)), overwritten; x       \
     itself, or apart from it. C < 2^32. What is left out of a NaN is a NaN. */                   \
  void lora_dropout_##SUFFIX(                                                                     \
      lora_instruction_set set, const LoraDropout *mask, const REAL *x, REAL *y, size_t rows,     \
      size_t columns);

LORA_DECLARE_DENSE(float, f32)
LORA_DECLARE_DENSE(double, f64)

#endif
