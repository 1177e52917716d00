// The floating-point formats of a file that can be computed in.
#ifndef LORA_FLOAT_FORMAT_H
#define LORA_FLOAT_FORMAT_H

#include <stddef.h>

/// A format and its canonical NaN, the only one that a kernel writes: positive, quiet, payload 0.
typedef enum {
  LORA_F64,   // IEEE binary64, 0x7FF8000000000000
  LORA_F32,   // IEEE binary32, 0x7FC00000
  LORA_F16,   // IEEE binary16, 0x7E00
  LORA_BF16,  // the upper half of a binary32, 0x7FC0
} lora_format;

/// Bytes of one number.
static inline size_t lora_byte_count(lora_format format) {
  return format == LORA_F64 ? 8 : format == LORA_F32 ? 4 : 2;
}

#endif
