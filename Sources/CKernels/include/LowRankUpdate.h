// The low-rank update: W' = W + s·B·A, each element a chain of its own.
#ifndef LORA_LOW_RANK_UPDATE_H
#define LORA_LOW_RANK_UPDATE_H

#include <stddef.h>

#include "FloatFormat.h"
#include "InstructionSet.h"

/// s·B·A of one weight [M, N], with the precision it is computed in.
///
/// `precision` is LORA_F64 for a weight in f64 and LORA_F32 for all others; `up` and `down` hold
/// numbers of that precision. An f64 weight has its whole chain in f64, because neither its bits
/// nor those of an f64 adapter would survive an f32 sum.
typedef struct {
  lora_format precision;
  size_t rows;       // M
  size_t columns;    // N
  size_t rank;       // R
  const void *up;    // s·B [M, R], row-major
  const void *down;  // A [R, N], as lora_pack_down leaves it
} lora_low_rank;

/// Numbers that `lora_pack_down` writes: R times N rounded up to whole panels of 32 columns.
size_t lora_packed_down_count(size_t rank, size_t columns);

/// Packs A for the kernels: `packed` [N / 32, R, 32] from `down` [R, N] row-major.
///
///     packed[p, r, place(j)] = 32·p + j < N ? down[r, 32·p + j] : 0
///
/// In f64, place(j) = j; in f32 the even groups of four columns come before the odd ones.
/// @param precision  LORA_F32 or LORA_F64, of both buffers
/// @param packed     [lora_packed_down_count(R, N)], overwritten; fastest when 64-byte aligned
void lora_pack_down(
    lora_format precision, size_t rank, size_t columns, const void *down, void *packed);

/// Adds s·B·A to `count` consecutive elements of a row-major weight [M, N], from element `start`.
///
///     acc = 0;  for r = 0 …< R: acc = fma(up[o, r], down[r, i], acc)    in `precision`
///     destination[o, i] = round(source[o, i] + acc)
///
/// Every step is rounded once, to nearest, ties to even: each fma, then the add (both in
/// `precision`), then the conversion to `format`, where what is too large becomes infinite and
/// subnormals are exact. Every NaN result is the canonical one. An element's bits depend on nothing
/// but this: not on the instruction set, the range it came in, or the thread.
/// R·N multiplications and additions a row; `source` is read once, `destination` written once.
/// @param format       LORA_F64 exactly if `update->precision` is LORA_F64
/// @param start,count  start + count <= M·N; any start, any count, also mid-row
/// @param source       [count] elements of the weight, the first being element `start`; read
/// @param destination  [count], overwritten; `source` itself, or apart from it
void lora_update(
    lora_instruction_set set, const lora_low_rank *update, lora_format format, size_t start,
    size_t count, const void *source, void *destination);

/// Writes `count` consecutive elements of s·B·A itself: the `acc` of `lora_update`.
///
/// @param destination  [count] numbers of `update->precision`, overwritten
void lora_delta(
    lora_instruction_set set, const lora_low_rank *update, size_t start, size_t count,
    void *destination);

/// Adds the `acc` that `lora_delta` wrote: both together are `lora_update`, bit for bit.
///
///     destination[i] = round(source[i] + delta[i])
///
/// @param delta        [count] sums, in f64 for an f64 weight, else in f32; read
/// @param destination  [count] of `format`, overwritten; `source` itself, or apart from it
void lora_add_delta(
    lora_instruction_set set, lora_format format, size_t count, const void *source,
    const void *delta, void *destination);

#endif
