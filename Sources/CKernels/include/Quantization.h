// Numbers stored in 4 or 8 bits each, with a scale for every block or row.
#ifndef LORA_QUANTIZATION_H
#define LORA_QUANTIZATION_H

#include <stddef.h>
#include <stdint.h>

#include "FloatFormat.h"
#include "InstructionSet.h"

/// Sixteen levels, and how a number in [-1, 1] finds its own.
typedef struct {
  float levels[16];   // by code
  float middles[15];  // ascending: half-way between each two neighbouring levels
  uint8_t order[16];  // the codes of the levels, from the lowest level to the highest
} lora_codebook;

/// The largest magnitude in each block of `block` numbers; the last block may be shorter.
///
///     absmax[b] = max over the block of |values[i]|
///
/// Not finite when a number is not: the magnitudes are compared by their bits.
/// @param values  [count] in `format` (not f64), read
/// @param absmax  [ceil(count / block)], overwritten
void lora_block_absmax(
    lora_instruction_set set, lora_format format, size_t count, const void *values, size_t block,
    float *absmax);

/// Rewrites numbers as 4-bit codes of the levels nearest to them.
///
///     z = values[i]·(1 / a),  a = max(absmax[b], 1e-38);  a block cut short: z = values[i] / a
///     codes[i] = order[how many of the middles are < z]
///
/// So half-way between two levels the lower one is taken. Two codes share a byte, the first in its
/// upper half; after an odd count follows the code of 0. As bitsandbytes' `quantize_4bit`.
/// @param values  [count] in `format` (not f64), finite, from the beginning of a block on, read
/// @param block   numbers in a block, a multiple of 32
/// @param absmax  a scale for each block, read
/// @param codes   [ceil(count / 2)], overwritten
void lora_encode_4bit(
    lora_instruction_set set, lora_format format, size_t count, const void *values, size_t block,
    const float *absmax, const lora_codebook *book, uint8_t *codes);

/// Gives the numbers `first ..< first + count` of a tensor that 4-bit codes stand for.
///
///     destination[i] = (result) (rounding) (levels[code]·absmax[b])
///
/// One product in f32; the result is rounded to `rounding`, then brought to `result`.
/// @param codes        of the whole tensor, two a byte, read
/// @param block        numbers in a block, a multiple of 32, counted from the tensor's beginning
/// @param absmax       a scale for each block of the tensor, read
/// @param levels       [16], by code, read
/// @param destination  [count] in `result`, overwritten
void lora_decode_4bit(
    lora_instruction_set set, lora_format rounding, lora_format result, size_t first, size_t count,
    const uint8_t *codes, size_t block, const float *absmax, const float *levels,
    void *destination);

/// Rewrites the numbers `first ..< first + count` of a matrix as 8-bit integers.
///
///     codes[i] = round(values[i]·(127 / absmax[row])), ties to even; 0 in a row of zeros
///
/// As bitsandbytes' `int8_vectorwise_quant`.
/// @param values   [count] in `format` (not f64), finite, read
/// @param columns  numbers in a row
/// @param absmax   a scale for each row of the matrix, read
/// @param codes    [count], overwritten
void lora_encode_8bit(
    lora_instruction_set set, lora_format format, size_t first, size_t count, const void *values,
    size_t columns, const float *absmax, int8_t *codes);

/// Gives the numbers `first ..< first + count` of a matrix that 8-bit integers stand for.
///
///     destination[i] = (result) (rounding) ((codes[i]·absmax[row])·(1 / 127))
///
/// Each product in f32, 1 / 127 being the f32 nearest to it.
/// @param codes        [count], the codes of these numbers alone, read
/// @param columns      numbers in a row
/// @param absmax       a scale for each row of the matrix, read
/// @param destination  [count] in `result`, overwritten
void lora_decode_8bit(
    lora_instruction_set set, lora_format rounding, lora_format result, size_t first, size_t count,
    const int8_t *codes, size_t columns, const float *absmax, void *destination);

/// What an approximation misses.
typedef struct {
  double error;    // sum of (value - approximation)²
  double size;     // sum of value²
  float largest;   // the largest |value - approximation|
} lora_error_sums;

/// Adds to `sums` what the approximations of `count` numbers miss.
///
/// Sixteen partial sums in f32, by index modulo 16, go into the f64 sums after each 1024 numbers,
/// in the order of their indices.
/// @param values          [count] in `format` (not f64), read
/// @param approximations  [count], read
/// @param sums            updated
void lora_measure_error(
    lora_instruction_set set, lora_format format, size_t count, const void *values,
    const float *approximations, lora_error_sums *sums);

#endif
