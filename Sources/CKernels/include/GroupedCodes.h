// Numbers stored as small codes, with scales that groups of neighbours share: the arithmetic of all
// published layouts, whatever the order in which their codes lie.
#ifndef LORA_GROUPED_CODES_H
#define LORA_GROUPED_CODES_H

#include <stddef.h>
#include <stdint.h>

/// What the codes of one row stand for.
typedef struct {
  const float *levels;    // [256], by code
  size_t group;           // columns that share a scale, where `groups` is NULL
  const int32_t *groups;  // [columns] the group of each column, or NULL
  const float *scales;    // [groups of the row]
  const float *zeros;     // [groups of the row], or NULL
  const float *biases;    // [groups of the row], or NULL
} lora_grouped_row;

/// Gives the numbers `first ..< first + count` of a row.
///
///     values[i] = (levels[codes[i]] - zeros[g])·scales[g] + biases[g]
///
/// One operation after the other in f32, each rounded; those without an operand are left out.
/// @param codes   [count], a byte each, read
/// @param values  [count], overwritten
void lora_decode_grouped(
    const lora_grouped_row *row, size_t first, size_t count, const uint8_t *codes, float *values);

/// Takes codes of `bits` bits apart that follow each other, the lowest bits of a byte first.
///
/// @param bits    1 … 8
/// @param packed  the bytes from that of code 0 on, read
/// @param codes   [count], the codes `first ..< first + count`, overwritten
void lora_unpack_codes(
    size_t bits, size_t first, size_t count, const uint8_t *packed, uint8_t *codes);

/// Takes words of 32 bits apart whose codes belong to neighbouring rows of the result:
///
///     codes[r·(words·per) + w·per + k] = bits of packed[w·width + r] from k·bits on,  per = 32 / bits
///
/// @param packed  [words, width], read
/// @param codes   [width, words·per], overwritten
void lora_unpack_downward(
    size_t bits, size_t words, size_t width, const uint32_t *packed, uint8_t *codes);

/// Takes words of 32 bits apart whose codes belong to neighbouring rows of the result, in an order:
///
///     codes[(w·per + k)·depth + i] = bits of packed[i·width + w] from order[k]·bits on
///
/// @param packed  [depth, width], read
/// @param order   [32 / bits]
/// @param codes   [width·per, depth], overwritten
void lora_unpack_across(
    size_t bits, size_t depth, size_t width, const uint32_t *packed, const uint8_t *order,
    uint8_t *codes);

/// Turns rows of 4-bit codes, two a byte, the lower half first:
///
///     codes[i·rows + o] = code first + i of row o
///
/// @param packed  [rows, pitch] bytes, read
/// @param codes   [count, rows], overwritten
void lora_turn_nibbles(
    size_t rows, size_t pitch, size_t first, size_t count, const uint8_t *packed, uint8_t *codes);

#endif
