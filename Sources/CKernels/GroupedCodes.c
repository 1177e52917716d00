// What is rounded here is the same on every machine: no product is fused with a sum.
#pragma STDC FP_CONTRACT OFF

#include "GroupedCodes.h"

/// A run of columns with one scale.
static void decode_run(
    const float *levels, float zero, float scale, size_t count, const uint8_t *codes,
    float *values) {
  for (size_t i = 0; i < count; i++) {
    float level = levels[codes[i]] - zero;
    values[i] = level * scale;
  }
}

static void decode_ordered(
    const lora_grouped_row *row, size_t first, size_t count, const uint8_t *codes, float *values) {
  for (size_t i = 0; i < count; i++) {
    size_t group = (size_t)row->groups[first + i];
    float level = row->levels[codes[i]] - (row->zeros ? row->zeros[group] : 0.0f);
    float value = level * row->scales[group];
    values[i] = row->biases ? value + row->biases[group] : value;
  }
}

static void decode_single(
    const lora_grouped_row *row, size_t first, size_t count, const uint8_t *codes, float *values) {
  const float *scales = row->scales + first;
  for (size_t i = 0; i < count; i++) values[i] = row->levels[codes[i]] * scales[i];
}

void lora_decode_grouped(
    const lora_grouped_row *row, size_t first, size_t count, const uint8_t *codes, float *values) {
  if (row->groups) {
    decode_ordered(row, first, count, codes, values);
    return;
  }
  if (row->group == 1 && !row->zeros && !row->biases) {
    decode_single(row, first, count, codes, values);
    return;
  }
  for (size_t i = 0; i < count;) {
    size_t group = (first + i) / row->group;
    size_t end = (group + 1) * row->group - first;
    size_t run = (end < count ? end : count) - i;
    float zero = row->zeros ? row->zeros[group] : 0.0f;
    decode_run(row->levels, zero, row->scales[group], run, codes + i, values + i);
    if (row->biases) {
      float bias = row->biases[group];
      for (size_t k = i; k < i + run; k++) values[k] = values[k] + bias;
    }
    i += run;
  }
}

void lora_unpack_codes(
    size_t bits, size_t first, size_t count, const uint8_t *packed, uint8_t *codes) {
  uint32_t mask = (1u << bits) - 1;
  if (bits == 4 && first % 2 == 0) {
    const uint8_t *bytes = packed + first / 2;
    for (size_t i = 0; i + 1 < count; i += 2) {
      codes[i] = bytes[i / 2] & 15;
      codes[i + 1] = bytes[i / 2] >> 4;
    }
    if (count % 2) codes[count - 1] = bytes[count / 2] & 15;
    return;
  }
  for (size_t i = 0; i < count; i++) {
    size_t bit = (first + i) * bits, shift = bit % 8;
    uint32_t word = packed[bit / 8];
    // The next byte is read only where the code goes on in it: it may not be there.
    if (shift + bits > 8) word |= (uint32_t)packed[bit / 8 + 1] << 8;
    codes[i] = (uint8_t)(word >> shift & mask);
  }
}

void lora_unpack_downward(
    size_t bits, size_t words, size_t width, const uint32_t *packed, uint8_t *codes) {
  size_t per = 32 / bits, columns = words * per;
  uint32_t mask = (uint32_t)((1ull << bits) - 1);
  for (size_t r = 0; r < width; r++) {
    uint8_t *row = codes + r * columns;
    for (size_t w = 0; w < words; w++) {
      uint32_t word = packed[w * width + r];
      for (size_t k = 0; k < per; k++) row[w * per + k] = (uint8_t)(word >> k * bits & mask);
    }
  }
}

void lora_unpack_across(
    size_t bits, size_t depth, size_t width, const uint32_t *packed, const uint8_t *order,
    uint8_t *codes) {
  size_t per = 32 / bits;
  uint32_t mask = (uint32_t)((1ull << bits) - 1);
  for (size_t w = 0; w < width; w++) {
    for (size_t i = 0; i < depth; i++) {
      uint32_t word = packed[i * width + w];
      for (size_t k = 0; k < per; k++) {
        codes[(w * per + k) * depth + i] = (uint8_t)(word >> order[k] * bits & mask);
      }
    }
  }
}

void lora_turn_nibbles(
    size_t rows, size_t pitch, size_t first, size_t count, const uint8_t *packed, uint8_t *codes) {
  // Sixteen rows at a time, so that what is written together lies together.
  for (size_t start = 0; start < rows; start += 16) {
    size_t end = start + 16 < rows ? start + 16 : rows;
    for (size_t i = 0; i < count; i++) {
      size_t column = first + i, shift = column % 2 * 4;
      const uint8_t *bytes = packed + column / 2;
      for (size_t o = start; o < end; o++) {
        codes[i * rows + o] = (uint8_t)(bytes[o * pitch] >> shift & 15);
      }
    }
  }
}
