#include "Quantization.h"

#include "Dispatch.h"

LORA_DECLARE(void, lora_block_absmax, (lora_format, size_t, const void *, size_t, float *))
LORA_DECLARE(
    void, lora_encode_4bit,
    (lora_format, size_t, const void *, size_t, const float *, const lora_codebook *, uint8_t *))
LORA_DECLARE(
    void, lora_decode_4bit,
    (lora_format, lora_format, size_t, size_t, const uint8_t *, size_t, const float *,
     const float *, void *))
LORA_DECLARE(
    void, lora_encode_8bit,
    (lora_format, size_t, size_t, const void *, size_t, const float *, int8_t *))
LORA_DECLARE(
    void, lora_decode_8bit,
    (lora_format, lora_format, size_t, size_t, const int8_t *, size_t, const float *, void *))
LORA_DECLARE(
    void, lora_measure_error,
    (lora_format, size_t, const void *, const float *, lora_error_sums *))

void lora_block_absmax(
    lora_instruction_set set, lora_format format, size_t count, const void *values, size_t block,
    float *absmax) {
  LORA_CHOOSE(set, lora_block_absmax)(format, count, values, block, absmax);
}

void lora_encode_4bit(
    lora_instruction_set set, lora_format format, size_t count, const void *values, size_t block,
    const float *absmax, const lora_codebook *book, uint8_t *codes) {
  LORA_CHOOSE(set, lora_encode_4bit)(format, count, values, block, absmax, book, codes);
}

void lora_decode_4bit(
    lora_instruction_set set, lora_format rounding, lora_format result, size_t first, size_t count,
    const uint8_t *codes, size_t block, const float *absmax, const float *levels,
    void *destination) {
  LORA_CHOOSE(set, lora_decode_4bit)(
      rounding, result, first, count, codes, block, absmax, levels, destination);
}

void lora_encode_8bit(
    lora_instruction_set set, lora_format format, size_t first, size_t count, const void *values,
    size_t columns, const float *absmax, int8_t *codes) {
  LORA_CHOOSE(set, lora_encode_8bit)(format, first, count, values, columns, absmax, codes);
}

void lora_decode_8bit(
    lora_instruction_set set, lora_format rounding, lora_format result, size_t first, size_t count,
    const int8_t *codes, size_t columns, const float *absmax, void *destination) {
  LORA_CHOOSE(set, lora_decode_8bit)(
      rounding, result, first, count, codes, columns, absmax, destination);
}

void lora_measure_error(
    lora_instruction_set set, lora_format format, size_t count, const void *values,
    const float *approximations, lora_error_sums *sums) {
  LORA_CHOOSE(set, lora_measure_error)(format, count, values, approximations, sums);
}
