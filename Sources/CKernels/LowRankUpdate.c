#include "LowRankUpdate.h"

#include <string.h>

#include "Dispatch.h"
#include "Panel.h"

LORA_DECLARE(
    void, lora_update,
    (const lora_low_rank *, lora_format, size_t, size_t, const void *, void *))
LORA_DECLARE(void, lora_delta, (const lora_low_rank *, size_t, size_t, void *))

size_t lora_packed_down_count(size_t rank, size_t columns) {
  return (columns + PANEL - 1) / PANEL * PANEL * rank;
}

void lora_pack_down(
    lora_format precision, size_t rank, size_t columns, const void *down, void *packed) {
  size_t size = lora_byte_count(precision);
  const char *from = down;
  char *to = packed;
  for (size_t column = 0; column < columns; column += PANEL) {
    size_t live = columns - column < PANEL ? columns - column : PANEL;
    for (size_t r = 0; r < rank; r++, to += PANEL * size) {
      memcpy(to, from + (r * columns + column) * size, live * size);
      memset(to + live * size, 0, (PANEL - live) * size);
    }
  }
}

void lora_update(
    lora_instruction_set set, const lora_low_rank *update, lora_format format, size_t start,
    size_t count, const void *source, void *destination) {
  LORA_CHOOSE(set, lora_update)(update, format, start, count, source, destination);
}

void lora_delta(
    lora_instruction_set set, const lora_low_rank *update, size_t start, size_t count,
    void *destination) {
  LORA_CHOOSE(set, lora_delta)(update, start, count, destination);
}
