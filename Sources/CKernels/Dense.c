#include "Dense.h"

#include <string.h>

#include "Dispatch.h"

void lora_fill_rows_f32(float *y, const float *bias, size_t rows, size_t columns) {
  for (size_t b = 0; b < rows; b++) memcpy(y + b * columns, bias, columns * sizeof *y);
}

void lora_fill_rows_f64(double *y, const double *bias, size_t rows, size_t columns) {
  for (size_t b = 0; b < rows; b++) memcpy(y + b * columns, bias, columns * sizeof *y);
}

#define LORA_DENSE(REAL, SUFFIX)                                                                  \
  LORA_DECLARE(                                                                                   \
      void, lora_add_scaled_columns_##SUFFIX,                                                     \
      (REAL *, const REAL *, const REAL *, size_t, size_t))                                       \
  LORA_DECLARE(                                                                                   \
      void, lora_activation_forward_##SUFFIX, (LoraActivation, const REAL *, REAL *, size_t))     \
  LORA_DECLARE(                                                                                   \
      void, lora_activation_backward_##SUFFIX,                                                    \
      (LoraActivation, const REAL *, const REAL *, REAL *, size_t))                               \
  LORA_DECLARE(                                                                                   \
      void, lora_dropout_##SUFFIX, (const LoraDropout *, const REAL *, REAL *, size_t, size_t))   \
  void lora_add_scaled_columns_##SUFFIX(                                                          \
      lora_instruction_set set, REAL *y, const REAL *v, const REAL *factors, size_t rows,         \
      size_t columns) {                                                                           \
    LORA_CHOOSE(set, lora_add_scaled_columns_##SUFFIX)(y, v, factors, rows, columns);             \
  }                                                                                               \
  void lora_activation_forward_##SUFFIX(                                                          \
      lora_instruction_set set, LoraActivation kind, const REAL *z, REAL *y, size_t count) {      \
    LORA_CHOOSE(set, lora_activation_forward_##SUFFIX)(kind, z, y, count);                        \
  }                                                                                               \
  void lora_activation_backward_##SUFFIX(                                                         \
      lora_instruction_set set, LoraActivation kind, const REAL *z, const REAL *y, REAL *d,       \
      size_t count) {                                                                             \
    LORA_CHOOSE(set, lora_activation_backward_##SUFFIX)(kind, z, y, d, count);                    \
  }                                                                                               \
  void lora_dropout_##SUFFIX(                                                                     \
      lora_instruction_set set, const LoraDropout *mask, const REAL *x, REAL *y, size_t rows,     \
      size_t columns) {                                                                           \
    LORA_CHOOSE(set, lora_dropout_##SUFFIX)(mask, x, y, rows, columns);                           \
  }

LORA_DENSE(float, f32)
LORA_DENSE(double, f64)
