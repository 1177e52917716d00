#include "Losses.h"

#include "Dispatch.h"

#define LORA_LOSSES(REAL, SUFFIX)                                                                 \
  LORA_DECLARE(double, lora_sum_of_squares_##SUFFIX, (const REAL *, size_t))                      \
  LORA_DECLARE(void, lora_softmax_##SUFFIX, (const REAL *, REAL *, size_t, size_t))               \
  LORA_DECLARE(                                                                                   \
      void, lora_softmax_cross_entropy_##SUFFIX,                                                  \
      (const REAL *, const LoraClasses *, REAL *, double *, size_t, size_t))                      \
  LORA_DECLARE(                                                                                   \
      void, lora_squared_error_##SUFFIX,                                                          \
      (const REAL *, const REAL *, double, REAL *, double *, size_t, size_t))                     \
  double lora_sum_of_squares_##SUFFIX(lora_instruction_set set, const REAL *x, size_t count) {    \
    return LORA_CHOOSE(set, lora_sum_of_squares_##SUFFIX)(x, count);                              \
  }                                                                                               \
  void lora_softmax_##SUFFIX(                                                                     \
      lora_instruction_set set, const REAL *logits, REAL *p, size_t rows, size_t columns) {       \
    LORA_CHOOSE(set, lora_softmax_##SUFFIX)(logits, p, rows, columns);                            \
  }                                                                                               \
  void lora_softmax_cross_entropy_##SUFFIX(                                                       \
      lora_instruction_set set, const REAL *logits, const LoraClasses *classes, REAL *dlogits,    \
      double *losses, size_t rows, size_t columns) {                                              \
    LORA_CHOOSE(set, lora_softmax_cross_entropy_##SUFFIX)(                                        \
        logits, classes, dlogits, losses, rows, columns);                                         \
  }                                                                                               \
  void lora_squared_error_##SUFFIX(                                                               \
      lora_instruction_set set, const REAL *y, const REAL *target, double divisor, REAL *dy,      \
      double *losses, size_t rows, size_t columns) {                                              \
    LORA_CHOOSE(set, lora_squared_error_##SUFFIX)(y, target, divisor, dy, losses, rows, columns); \
  }

LORA_LOSSES(float, f32)
LORA_LOSSES(double, f64)
