#include "Remainder.h"

#include "Dispatch.h"

LORA_DECLARE(
    void, lora_candidates,
    (lora_format, size_t, const void *, const void *, void *, uint8_t *))
LORA_DECLARE(
    size_t, lora_remainder_encode,
    (lora_format, size_t, const void *, const void *, const uint8_t *, lora_bit_place *, uint8_t *,
     uint32_t *, size_t))
LORA_DECLARE(
    bool, lora_remainder_decode,
    (lora_format, size_t, void *, const uint8_t *, lora_bit_place *, const uint8_t *, size_t))

void lora_candidates(
    lora_instruction_set set, lora_format format, size_t count, const void *merged,
    const void *delta, void *first, uint8_t *width) {
  LORA_CHOOSE(set, lora_candidates)(format, count, merged, delta, first, width);
}

size_t lora_remainder_encode(
    lora_instruction_set set, lora_format format, size_t count, const void *original,
    const void *first, const uint8_t *width, lora_bit_place *place, uint8_t *bits,
    uint32_t *outliers, size_t room) {
  return LORA_CHOOSE(set, lora_remainder_encode)(
      format, count, original, first, width, place, bits, outliers, room);
}

bool lora_remainder_decode(
    lora_instruction_set set, lora_format format, size_t count, void *numbers,
    const uint8_t *width, lora_bit_place *place, const uint8_t *bits, size_t size) {
  return LORA_CHOOSE(set, lora_remainder_decode)(
      format, count, numbers, width, place, bits, size);
}

void lora_xor_to_planes(
    size_t size, size_t count, const uint8_t *left, const uint8_t *right, uint8_t *planes) {
  for (size_t plane = 0; plane < size; plane++) {
    for (size_t i = 0; i < count; i++) {
      planes[plane * count + i] = left[i * size + plane] ^ right[i * size + plane];
    }
  }
}

void lora_xor_from_planes(
    size_t size, size_t count, const uint8_t *planes, const uint8_t *right, uint8_t *destination) {
  for (size_t plane = 0; plane < size; plane++) {
    for (size_t i = 0; i < count; i++) {
      destination[i * size + plane] = planes[plane * count + i] ^ right[i * size + plane];
    }
  }
}
