#include "Transformers/Attention.h"

#include "../Dispatch.h"

#define LORA_ATTENTION(REAL, SUFFIX)                                                              \
  LORA_DECLARE(size_t, lora_attention_space_##SUFFIX, (const LoraAttention *, size_t))            \
  LORA_DECLARE(                                                                                   \
      void, lora_attend_##SUFFIX,                                                                 \
      (const LoraAttention *, const LoraAttentionRows *, const LoraAttentionPart *, REAL *))      \
  LORA_DECLARE(                                                                                   \
      void, lora_begin_attention_backward_##SUFFIX,                                               \
      (const LoraAttention *, const LoraAttentionRows *, const LoraAttentionGradients *,          \
       const LoraAttentionPart *, REAL *))                                                        \
  LORA_DECLARE(                                                                                   \
      void, lora_attend_backward_##SUFFIX,                                                        \
      (const LoraAttention *, const LoraAttentionRows *, const LoraAttentionGradients *,          \
       const LoraAttentionPart *, size_t, REAL *))                                                \
  LORA_DECLARE(                                                                                   \
      void, lora_end_attention_backward_##SUFFIX,                                                 \
      (const LoraAttention *, const LoraAttentionRows *, const LoraAttentionGradients *,          \
       const LoraAttentionPart *, REAL *))                                                        \
  size_t lora_attention_space_##SUFFIX(                                                           \
      lora_instruction_set set, const LoraAttention *attention, size_t tiles) {                   \
    return LORA_CHOOSE(set, lora_attention_space_##SUFFIX)(attention, tiles);                     \
  }                                                                                               \
  void lora_attend_##SUFFIX(                                                                      \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionPart *part, REAL *space) {                                               \
    LORA_CHOOSE(set, lora_attend_##SUFFIX)(attention, rows, part, space);                         \
  }                                                                                               \
  void lora_begin_attention_backward_##SUFFIX(                                                    \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionGradients *gradients, const LoraAttentionPart *part, REAL *space) {      \
    LORA_CHOOSE(set, lora_begin_attention_backward_##SUFFIX)(                                     \
        attention, rows, gradients, part, space);                                                 \
  }                                                                                               \
  void lora_attend_backward_##SUFFIX(                                                             \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionGradients *gradients, const LoraAttentionPart *part, size_t block,       \
      REAL *space) {                                                                              \
    LORA_CHOOSE(set, lora_attend_backward_##SUFFIX)(                                              \
        attention, rows, gradients, part, block, space);                                          \
  }                                                                                               \
  void lora_end_attention_backward_##SUFFIX(                                                      \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionGradients *gradients, const LoraAttentionPart *part, REAL *space) {      \
    LORA_CHOOSE(set, lora_end_attention_backward_##SUFFIX)(                                       \
        attention, rows, gradients, part, space);                                                 \
  }

LORA_ATTENTION(float, f32)
LORA_ATTENTION(double, f64)
