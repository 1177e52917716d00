#include "OptimizerSteps.h"

#include "Dispatch.h"

#define LORA_OPTIMIZER_STEPS(REAL, SUFFIX)                                                        \
  LORA_DECLARE(                                                                                   \
      void, lora_sgd_step_##SUFFIX,                                                               \
      (REAL *, const REAL *, REAL *, size_t, const LoraSGDStep *))                                \
  LORA_DECLARE(                                                                                   \
      void, lora_adam_step_##SUFFIX,                                                              \
      (REAL *, const REAL *, REAL *, REAL *, size_t, const LoraAdamStep *))                       \
  void lora_sgd_step_##SUFFIX(                                                                    \
      lora_instruction_set set, REAL *w, const REAL *gradient, REAL *velocity, size_t count,      \
      const LoraSGDStep *step) {                                                                  \
    LORA_CHOOSE(set, lora_sgd_step_##SUFFIX)(w, gradient, velocity, count, step);                 \
  }                                                                                               \
  void lora_adam_step_##SUFFIX(                                                                   \
      lora_instruction_set set, REAL *w, const REAL *gradient, REAL *m, REAL *v, size_t count,    \
      const LoraAdamStep *step) {                                                                 \
    LORA_CHOOSE(set, lora_adam_step_##SUFFIX)(w, gradient, m, v, count, step);                    \
  }

LORA_OPTIMIZER_STEPS(float, f32)
LORA_OPTIMIZER_STEPS(double, f64)
