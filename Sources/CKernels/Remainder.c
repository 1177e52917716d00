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

// A bit for each of the next eight bytes that is not 0.
static inline uint64_t marked_eight(const uint8_t *marks) {
  uint64_t bytes;
  memcpy(&bytes, marks, sizeof bytes);
  const uint64_t low = 0x7F7F7F7F7F7F7F7F;
  uint64_t tops = (((bytes & low) + low) | bytes) & ~low;
  // The multiplication gathers the top bits in the top byte.
  return (tops >> 7) * 0x0102040810204080 >> 56;
}

// A bit for each of up to 64 bytes that is not 0.
static inline __attribute__((always_inline)) uint64_t marked(const uint8_t *marks, size_t count) {
  uint8_t last[64];
  if (__builtin_expect(count < 64, 0)) {
    memset(last, 0, sizeof last);
    marks = memcpy(last, marks, count);
  }
  uint64_t result = 0;
  for (int i = 0; i < 8; i++) result |= marked_eight(marks + 8 * i) << 8 * i;
  return result;
}

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
    size_t found = 0;                                                                            \
    for (size_t start = 0; start < count; start += 64) {                                         \
      size_t size = count - start < 64 ? count - start : 64;                                     \
      uint8_t marks[64];                                                                         \
      for (size_t i = 0; i < size; i++) {                                                        \
        marks[i] = width[start + i] |                                                            \
            (load_##bits_(original, start + i) != load_##bits_(first, start + i));               \
      }                                                                                          \
      for (uint64_t rest = marked(marks, size); rest != 0; rest &= rest - 1) {                   \
        size_t at = start + (size_t)__builtin_ctzll(rest);                                       \
        T value = ordered_##bits_(load_##bits_(original, at));                                   \
        T base = ordered_##bits_(load_##bits_(first, at));                                       \
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
      size_t count, uint8_t *numbers, const uint8_t *width, lora_bit_place *place,               \
      const uint8_t *bits, size_t size) {                                                        \
    for (size_t start = 0; start < count; start += 64) {                                         \
      uint64_t rest = marked(width + start, count - start < 64 ? count - start : 64);            \
      for (; rest != 0; rest &= rest - 1) {                                                      \
        size_t at = start + (size_t)__builtin_ctzll(rest);                                       \
        T value = ordered_##bits_(load_##bits_(numbers, at));                                    \
        if (!take_##bits_(place, bits, size, value, width[at], &value)) return false;            \
        value = number_##bits_(value);                                                           \
        memcpy(numbers + at * sizeof value, &value, sizeof value);                               \
      }                                                                                          \
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
    lora_format format, size_t count, void *numbers, const uint8_t *width, lora_bit_place *place,
    const uint8_t *bits, size_t size) {
  switch (lora_byte_count(format)) {
    case 8: return decode_64(count, numbers, width, place, bits, size);
    case 4: return decode_32(count, numbers, width, place, bits, size);
    default: return decode_16(count, numbers, width, place, bits, size);
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
