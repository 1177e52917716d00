#include "InstructionSet.h"

bool lora_is_available(lora_instruction_set set) {
  switch (set) {
    case LORA_PORTABLE:
      return true;
#if defined(__x86_64__)
    case LORA_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("bmi2");
    case LORA_AVX512:
      return lora_is_available(LORA_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
#elif defined(__aarch64__)
    case LORA_NEON:
      return true;
#endif
    default:
      return false;
  }
}
