#include "FloatScan.h"

#include "Dispatch.h"

LORA_DECLARE(size_t, lora_count_non_finite, (lora_format, size_t, const void *))
LORA_DECLARE(size_t, lora_count_new_non_finite, (lora_format, size_t, const void *, const void *))

size_t lora_count_non_finite(
    lora_instruction_set set, lora_format format, size_t count, const void *values) {
  return LORA_CHOOSE(set, lora_count_non_finite)(format, count, values);
}

size_t lora_count_new_non_finite(
    lora_instruction_set set, lora_format format, size_t count, const void *before,
    const void *after) {
  return LORA_CHOOSE(set, lora_count_new_non_finite)(format, count, before, after);
}
