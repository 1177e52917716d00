#include "Functions.h"

#include "Dispatch.h"

#define LORA_FUNCTIONS(REAL, SUFFIX)                                                              \
  LORA_DECLARE(void, lora_evaluate_##SUFFIX, (lora_function, const REAL *, REAL *, size_t))       \
  void lora_evaluate_##SUFFIX(                                                                    \
      lora_instruction_set set, lora_function function, const REAL *x, REAL *y, size_t count) {   \
    LORA_CHOOSE(set, lora_evaluate_##SUFFIX)(function, x, y, count);                              \
  }

LORA_FUNCTIONS(float, f32)
LORA_FUNCTIONS(double, f64)
