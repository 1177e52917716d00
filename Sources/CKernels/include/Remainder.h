// The remainder of a merge: what W' and the update do not say about W.
//
// A merge rounds: W' = round(W + acc). So W lies within half a step of W' from t = W' - acc, and the
// numbers of the format in that interval are its candidates: one for most weights, about 2^g where
// the exponent of W' exceeds that of t by g. A weight's code is its place among its candidates, in
// as many bits as they need, and none where there is one.
//
// A code has at most 33 bits. Candidates are taken for an interval only when its last number lies
// less than 2^30 places behind its first one. The width is that of the distance as a float, which
// is at most 2^30 when rounded up, and so at most 31; in 16 bits the distance is below 2^16, as
// there are no more numbers, a float exactly, and the width at most 16. Two more bits say whether
// the number is zero where zero is among several candidates.
#ifndef LORA_REMAINDER_H
#define LORA_REMAINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "FloatFormat.h"
#include "InstructionSet.h"

/// For each element, the first candidate for W and the bits that tell the candidates apart.
///
/// Numbers are taken in their order on the line, as unsigned integers as wide as the format:
///
///     ordered(x) = bits(x) ^ (sign of x set ? all ones : the sign bit)
///
/// so that neighbours differ by 1, negative zero comes just before zero, and every bit pattern has
/// its place. The candidates are `first` and those after it, 2^width in all. They hold W whenever W,
/// acc and W' are finite; only in f32 and f64, and there for one weight in millions, may rounding of
/// the interval's ends push W out. Where there is no interval, width is 0: in 16 bits when t is not
/// finite, and first is W' then; in f32 and f64 also where there are more than 2^30 candidates, and
/// first is round(t).
/// The same on every instruction set, whatever the bits of the arguments.
/// @param merged  [count] numbers of `format`: W'
/// @param delta   [count] sums of the update, in f64 for an f64 weight, else in f32: acc
/// @param first   [count] numbers of `format`, overwritten
/// @param width   [count], overwritten; at most 16 for 16-bit formats, at most 31 for others
void lora_candidates(
    lora_instruction_set set, lora_format format, size_t count, const void *merged,
    const void *delta, void *first, uint8_t *width);

/// A place in a stream of bits, which fills each byte from its lowest bit.
typedef struct {
  uint64_t pending;  // bits between the bytes and their user, the next one lowest
  uint32_t filled;   // how many of them
  size_t bytes;      // bytes that have gone out, or come in
} lora_bit_place;

/// Bytes that `count` codes of 33 bits can fill behind the 31 bits that may be pending.
static inline size_t lora_remainder_room(size_t count) {
  return 4 * count + count / 8 + 8;
}

/// Appends the codes of `count` elements to a stream of bits.
///
/// Where zero is among several candidates, a code begins with 0 for zero, 10 for negative zero and
/// 11 for any other; the index follows, except after 0 and 10. What is not among the candidates
/// has index 0 and is an outlier.
/// @param original  [count] numbers of `format`: W
/// @param first     [count], as `width` from lora_candidates
/// @param bits      room for lora_remainder_room(count) bytes; `place->bytes` says how many are used
/// @param outliers  [room], overwritten: positions below count, ascending
/// @return          how many outliers there are; those beyond `room` are not written
size_t lora_remainder_encode(
    lora_instruction_set set, lora_format format, size_t count, const void *original,
    const void *first, const uint8_t *width, lora_bit_place *place, uint8_t *bits,
    uint32_t *outliers, size_t room);

/// Makes first candidates the W of their elements, outliers excepted.
///
/// @param size     bytes at `bits`; nothing beyond them is read
/// @param numbers  [count] of `format`: `first` from lora_candidates, W afterwards
/// @return         false when the bits run out: the rest is not decoded then
bool lora_remainder_decode(
    lora_instruction_set set, lora_format format, size_t count, void *numbers,
    const uint8_t *width, lora_bit_place *place, const uint8_t *bits, size_t size);

/// Writes left ^ right byte plane by byte plane: the lowest byte of each element first.
/// @param size    bytes of an element
/// @param planes  [size, count], overwritten
void lora_xor_to_planes(
    size_t size, size_t count, const uint8_t *left, const uint8_t *right, uint8_t *planes);

/// The inverse: destination = right ^ what the planes say.
void lora_xor_from_planes(
    size_t size, size_t count, const uint8_t *planes, const uint8_t *right, uint8_t *destination);

#endif
