#include "LowRankUpdate.h"

#include <string.h>

#include "Dispatch.h"
#include "Panel.h"

LORA_DECLARE(
    void, lora_update,
    (const lora_low_rank *, lora_format, size_t, size_t, const void *, void *))
LORA_DECLARE(void, lora_delta, (const lora_low_rank *, size_t, size_t, void *))
LORA_DECLARE(void, lora_add_delta, (lora_format, size_t, const void *, const void *, void *))

size_t lora_packed_down_count(size_t rank, size_t columns) {
  return (columns + PANEL - 1) / PANEL * PANEL * rank;
}

// Where column j of a panel lies in it. In f32 the even groups of four columns come before the odd
// ones, as in the vectors of a pair (Templates/Pair.inc).
static size_t place(lora_format precision, size_t j) {
  if (precision == LORA_F64) return j;
  return j / 4 % 2 * (PANEL / 2) + j / 8 * 4 + j % 4;
}

void lora_pack_down(
    lora_format precision, size_t rank, size_t columns, const void *down, void *packed) {
  size_t size = lora_byte_count(precision);
  const char *from = down;
  char *to = packed;
  memset(packed, 0, lora_packed_down_count(rank, columns) * size);
  for (size_t column = 0; column < columns; column += PANEL) {
    size_t live = columns - column < PANEL ? columns - column : PANEL;
    for (size_t r = 0; r < rank; r++, to += PANEL * size) {
      for (size_t j = 0; j < live; j++) {
        memcpy(to + place(precision, j) * size, from + (r * columns + column + j) * size, size);
      }
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

void lora_add_delta(
    lora_instruction_set set, lora_format format, size_t count, const void *source,
    const void *delta, void *destination) {
  LORA_CHOOSE(set, lora_add_delta)(format, count, source, delta, destination);
}
