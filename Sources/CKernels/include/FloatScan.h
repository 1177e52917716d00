// Infinities and NaNs counted.
#ifndef LORA_FLOAT_SCAN_H
#define LORA_FLOAT_SCAN_H

#include <stddef.h>

#include "FloatFormat.h"
#include "InstructionSet.h"

/// How many of the `count` numbers at `values` are infinite or NaN.
size_t lora_count_non_finite(
    lora_instruction_set set, lora_format format, size_t count, const void *values);

/// For how many i < `count` is `before[i]` finite and `after[i]` infinite or NaN.
size_t lora_count_new_non_finite(
    lora_instruction_set set, lora_format format, size_t count, const void *before,
    const void *after);

#endif
