// Numbers of one format rewritten in another.
#ifndef LORA_CONVERSION_H
#define LORA_CONVERSION_H

#include <stddef.h>

#include "FloatFormat.h"
#include "InstructionSet.h"

/// Rewrites `count` numbers of format `from` at `source` as numbers of format `to`.
///
///     destination[i] = round(source[i])
///
/// One rounding to nearest, ties to even, from any format to any other (f64 to f16 does not pass
/// through a rounded f32). Beyond the largest number lies infinity; subnormals are exact, the sign
/// of a zero is kept; every NaN becomes the canonical NaN of `to`, also when `to` is `from`.
/// @param source       [count], read
/// @param destination  [count], overwritten; `source` itself when both formats have one size,
///                     otherwise apart from it
void lora_convert(
    lora_instruction_set set, lora_format from, lora_format to, size_t count, const void *source,
    void *destination);

#endif
