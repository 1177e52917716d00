// The instruction sets that the kernels are compiled for.
#ifndef LORA_INSTRUCTION_SET_H
#define LORA_INSTRUCTION_SET_H

#include <stdbool.h>

/// What a kernel is compiled for. The choice changes its speed, never a bit of its result.
typedef enum {
  LORA_PORTABLE,  // C alone: fma() of the C library, half precision in integers
  LORA_AVX2,      // x86-64 with AVX2, FMA, F16C and BMI 1 and 2
  LORA_AVX512,    // x86-64 with AVX-512 F, BW, DQ and VL, and what LORA_AVX2 needs
  LORA_NEON,      // AArch64
} lora_instruction_set;

/// Whether this machine and its operating system can run the kernels of `set`.
bool lora_is_available(lora_instruction_set set);

#endif
