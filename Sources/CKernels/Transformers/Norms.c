#include "Transformers/Norms.h"

#include "../Dispatch.h"

#define LORA_NORMS(REAL, SUFFIX)                                                                  \
  LORA_DECLARE(                                                                                   \
      void, lora_norm_forward_##SUFFIX,                                                           \
      (const LoraNorm *, const REAL *, const LoraHeadPlace *, REAL *, const LoraHeadPlace *,      \
       REAL *, REAL *, size_t))                                                                   \
  LORA_DECLARE(                                                                                   \
      void, lora_norm_backward_##SUFFIX,                                                          \
      (const LoraNorm *, const REAL *, const LoraHeadPlace *, const REAL *,                       \
       const LoraHeadPlace *, const REAL *, const REAL *, REAL *, bool, size_t))                  \
  void lora_norm_forward_##SUFFIX(                                                                \
      lora_instruction_set set, const LoraNorm *norm, const REAL *x, const LoraHeadPlace *from,   \
      REAL *y, const LoraHeadPlace *to, REAL *means, REAL *inverses, size_t rows) {               \
    LORA_CHOOSE(set, lora_norm_forward_##SUFFIX)(norm, x, from, y, to, means, inverses, rows);    \
  }                                                                                               \
  void lora_norm_backward_##SUFFIX(                                                               \
      lora_instruction_set set, const LoraNorm *norm, const REAL *dy, const LoraHeadPlace *to,    \
      const REAL *x, const LoraHeadPlace *from, const REAL *means, const REAL *inverses,          \
      REAL *dx, bool adds, size_t rows) {                                                         \
    LORA_CHOOSE(set, lora_norm_backward_##SUFFIX)(                                                \
        norm, dy, to, x, from, means, inverses, dx, adds, rows);                                  \
  }

LORA_NORMS(float, f32)
LORA_NORMS(double, f64)
