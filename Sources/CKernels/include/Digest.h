// The 128-bit XXH3 of a block.
#ifndef LORA_DIGEST_H
#define LORA_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "InstructionSet.h"

typedef struct {
  uint64_t high;
  uint64_t low;
} lora_digest;

/// XXH3_128bits of `count` bytes, without a seed.
///
/// Source: <https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md>
lora_digest lora_digest_of(lora_instruction_set set, const void *bytes, size_t count);

#endif
