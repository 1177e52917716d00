#include "Remainder.h"

#include <string.h>

#include "Dispatch.h"

LORA_DECLARE(
    void, lora_candidates,
    (lora_format, size_t, const void *, const void *, void *, uint8_t *))

void lora_candidates(
    lora_instruction_set set, lora_format format, size_t count, const void *merged,
    const void *delta, void *first, uint8_t *width) {
  LORA_CHOOSE(set, lora_candidates)(format, count, merged, delta, first, width);
}

// At most 32 bits.
static inline void put(lora_bit_place *place, uint8_t *bits, uint64_t value, uint32_t count) {
  place->pending |= value << place->filled;
  place->filled += count;
  if (place->filled < 32) return;
  uint32_t word = (uint32_t)place->pending;
  memcpy(bits + place->bytes, &word, sizeof word);
  place->bytes += sizeof word;
  place->pending >>= 32;
  place->filled -= 32;
}

// Makes 32 bits pending where the stream still has them.
static inline void refill(lora_bit_place *place, const uint8_t *bits, size_t size) {
  if (place->filled >= 32) return;
  if (size - place->bytes >= 4) {
    uint32_t word;
    memcpy(&word, bits + place->bytes, sizeof word);
    place->pending |= (uint64_t)word << place->filled;
    place->bytes += sizeof word;
    place->filled += 32;
    return;
  }
  while (place->bytes < size) {
    place->pending |= (uint64_t)bits[place->bytes++] << place->filled;
    place->filled += 8;
  }
}

static inline bool take(lora_bit_place *place, uint32_t count, uint32_t *value) {
  if (place->filled < count) return false;
  *value = (uint32_t)(place->pending & ((1ull << count) - 1));
  place->pending >>= count;
  place->filled -= count;
  return true;
}

// The elements that a byte other than 0 marks, eight looked at together.
#define FOR_EACH_MARKED(i, marks, count)                                                         \
  for (size_t block_ = 0; block_ < (count); block_ += 8)                                         \
    for (uint64_t rest_ = eight(marks, block_, count); rest_ != 0;)                              \
      for (size_t bit_ = (size_t)__builtin_ctzll(rest_) / 8, i = block_ + bit_, once_ = 1; once_;\
           once_ = 0, rest_ &= ~(0xFFull << (8 * bit_)))

static inline uint64_t eight(const uint8_t *marks, size_t start, size_t count) {
  uint64_t result = 0;
  if (count - start >= 8) {
    memcpy(&result, marks + start, 8);
  } else {
    memcpy(&result, marks + start, count - start);
  }
  return result;
}

// Elements whose marks are made at a time.
enum { MARKS = 1024 };

#define LORA_REMAINDER(bits_, T)                                                                 \
  static const T zero_##bits_ = (T)1 << (bits_ - 1);                                             \
  static inline T load_##bits_(const void *numbers, size_t i) {                                  \
    T value;                                                                                     \
    memcpy(&value, (const uint8_t *)numbers + i * sizeof value, sizeof value);                   \
    return value;                                                                                \
  }                                                                                              \
  static inline T ordered_##bits_(T value) {                                                     \
    return value ^ ((value & zero_##bits_) ? (T)~(T)0 : zero_##bits_);                           \
  }                                                                                              \
  static inline T number_##bits_(T place) {                                                      \
    return place ^ ((place & zero_##bits_) ? zero_##bits_ : (T)~(T)0);                           \
  }                                                                                              \
  static inline bool spans_zero_##bits_(T first, uint32_t width) {                               \
    return (T)(zero_##bits_ - first) >> width == 0;                                              \
  }                                                                                              \
  static void put_##bits_(                                                                       \
      lora_bit_place *place, uint8_t *bits, T first, uint32_t width, T original) {               \
    T index = (T)(original - first);                                                             \
    if (!spans_zero_##bits_(first, width)) {                                                     \
      put(place, bits, index, width);                                                            \
    } else if (original == zero_##bits_) {                                                       \
      put(place, bits, 0, 1);                                                                    \
    } else if (original == (T)(zero_##bits_ - 1)) {                                              \
      put(place, bits, 1, 2);                                                                    \
    } else {                                                                                     \
      put(place, bits, (uint64_t)index << 2 | 3, width + 2);                                     \
    }                                                                                            \
  }                                                                                              \
  static size_t encode_##bits_(                                                                  \
      size_t count, const void *original, const void *first, const uint8_t *width,               \
      lora_bit_place *place, uint8_t *bits, uint32_t *outliers, size_t room) {                   \
    uint8_t marks[MARKS];                                                                        \
    size_t found = 0;                                                                            \
    for (size_t start = 0; start < count; start += MARKS) {                                      \
      size_t size = count - start < MARKS ? count - start : MARKS;                               \
      for (size_t i = 0; i < size; i++) {                                                        \
        T value = ordered_##bits_(load_##bits_(original, start + i));                            \
        marks[i] = width[start + i] | (value != load_##bits_(first, start + i));                 \
      }                                                                                          \
      FOR_EACH_MARKED(i, marks, size) {                                                          \
        size_t at = start + i;                                                                   \
        T value = ordered_##bits_(load_##bits_(original, at)), base = load_##bits_(first, at);   \
        if ((T)(value - base) >> width[at] != 0) {                                               \
          if (found < room) outliers[found] = (uint32_t)at;                                      \
          found++;                                                                               \
          value = base;                                                                          \
        }                                                                                        \
        if (width[at] != 0) put_##bits_(place, bits, base, width[at], value);                    \
      }                                                                                          \
    }                                                                                            \
    return found;                                                                                \
  }                                                                                              \
  static inline bool take_##bits_(                                                               \
      lora_bit_place *place, const uint8_t *bits, size_t size, T first, uint32_t width,          \
      T *value) {                                                                                \
    uint32_t flag = 1, index = 0;                                                                \
    refill(place, bits, size);                                                                   \
    if (spans_zero_##bits_(first, width)) {                                                      \
      if (!take(place, 1, &flag)) return false;                                                  \
      if (flag == 0) return *value = zero_##bits_, true;                                         \
      if (!take(place, 1, &flag)) return false;                                                  \
      if (flag == 0) return *value = zero_##bits_ - 1, true;                                     \
    }                                                                                            \
    if (!take(place, width, &index)) return false;                                               \
    return *value = (T)(first + (T)index), true;                                                 \
  }                                                                                              \
  static bool decode_##bits_(                                                                    \
      size_t count, const void *first, const uint8_t *width, lora_bit_place *place,              \
      const uint8_t *bits, size_t size, uint8_t *destination) {                                  \
    for (size_t i = 0; i < count; i++) {                                                         \
      T number = number_##bits_(load_##bits_(first, i));                                         \
      memcpy(destination + i * sizeof number, &number, sizeof number);                           \
    }                                                                                            \
    FOR_EACH_MARKED(i, width, count) {                                                           \
      T value;                                                                                   \
      if (!take_##bits_(place, bits, size, load_##bits_(first, i), width[i], &value)) {          \
        return false;                                                                            \
      }                                                                                          \
      value = number_##bits_(value);                                                             \
      memcpy(destination + i * sizeof value, &value, sizeof value);                              \
    }                                                                                            \
    return true;                                                                                 \
  }

LORA_REMAINDER(16, uint16_t)
LORA_REMAINDER(32, uint32_t)
LORA_REMAINDER(64, uint64_t)

size_t lora_remainder_encode(
    lora_format format, size_t count, const void *original, const void *first,
    const uint8_t *width, lora_bit_place *place, uint8_t *bits, uint32_t *outliers, size_t room) {
  switch (lora_byte_count(format)) {
    case 8: return encode_64(count, original, first, width, place, bits, outliers, room);
    case 4: return encode_32(count, original, first, width, place, bits, outliers, room);
    default: return encode_16(count, original, first, width, place, bits, outliers, room);
  }
}

bool lora_remainder_decode(
    lora_format format, size_t count, const void *first, const uint8_t *width,
    lora_bit_place *place, const uint8_t *bits, size_t size, void *destination) {
  switch (lora_byte_count(format)) {
    case 8: return decode_64(count, first, width, place, bits, size, destination);
    case 4: return decode_32(count, first, width, place, bits, size, destination);
    default: return decode_16(count, first, width, place, bits, size, destination);
  }
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
