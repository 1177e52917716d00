#include "Transformers/TokenLoss.h"

#include "../Dispatch.h"

#define LORA_TOKEN_LOSS(REAL, SUFFIX)                                                             \
  LORA_DECLARE(                                                                                   \
      void, lora_add_logits_##SUFFIX,                                                             \
      (const LoraVocabularyPart *, REAL *, const int32_t *, LoraLogSum *, size_t))                \
  LORA_DECLARE(                                                                                   \
      void, lora_logit_gradient_##SUFFIX,                                                         \
      (const LoraVocabularyPart *, REAL *, const int32_t *, const LoraLogSum *, double, size_t))  \
  LORA_DECLARE(                                                                                   \
      void, lora_token_losses_##SUFFIX,                                                           \
      (const int32_t *, const LoraLogSum *, double *, size_t))                                    \
  LORA_DECLARE(size_t, lora_largest_place_##SUFFIX, (const REAL *, size_t))                       \
  void lora_add_logits_##SUFFIX(                                                                  \
      lora_instruction_set set, const LoraVocabularyPart *part, REAL *logits,                     \
      const int32_t *labels, LoraLogSum *sums, size_t rows) {                                     \
    LORA_CHOOSE(set, lora_add_logits_##SUFFIX)(part, logits, labels, sums, rows);                 \
  }                                                                                               \
  void lora_logit_gradient_##SUFFIX(                                                              \
      lora_instruction_set set, const LoraVocabularyPart *part, REAL *logits,                     \
      const int32_t *labels, const LoraLogSum *sums, double weight, size_t rows) {                \
    LORA_CHOOSE(set, lora_logit_gradient_##SUFFIX)(part, logits, labels, sums, weight, rows);     \
  }                                                                                               \
  void lora_token_losses_##SUFFIX(                                                                \
      lora_instruction_set set, const int32_t *labels, const LoraLogSum *sums, double *losses,    \
      size_t rows) {                                                                              \
    LORA_CHOOSE(set, lora_token_losses_##SUFFIX)(labels, sums, losses, rows);                     \
  }                                                                                               \
  size_t lora_largest_place_##SUFFIX(                                                             \
      lora_instruction_set set, const REAL *row, size_t columns) {                                \
    return LORA_CHOOSE(set, lora_largest_place_##SUFFIX)(row, columns);                           \
  }

LORA_TOKEN_LOSS(float, f32)
LORA_TOKEN_LOSS(double, f64)
