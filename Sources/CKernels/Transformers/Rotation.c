#include "Transformers/Rotation.h"

#include "../Dispatch.h"

#define LORA_ROTATE(REAL, SUFFIX)                                                                 \
  LORA_DECLARE(                                                                                   \
      void, lora_rotate_##SUFFIX,                                                                 \
      (const LoraRotation *, REAL *, const LoraHeadPlace *, size_t))                              \
  void lora_rotate_##SUFFIX(                                                                      \
      lora_instruction_set set, const LoraRotation *rotation, REAL *x,                            \
      const LoraHeadPlace *place, size_t rows) {                                                  \
    LORA_CHOOSE(set, lora_rotate_##SUFFIX)(rotation, x, place, rows);                             \
  }

LORA_ROTATE(float, f32)
LORA_ROTATE(double, f64)
