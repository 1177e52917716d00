// One kernel, one function per instruction set: declared here, compiled in Instances, chosen by
// `lora_instruction_set`. Internal to this target.
#ifndef LORA_DISPATCH_H
#define LORA_DISPATCH_H

#if defined(__x86_64__)
#define LORA_DECLARE(result, name, arguments) \
  result name##_portable arguments;           \
  result name##_avx2 arguments;               \
  result name##_avx512 arguments;
#define LORA_CHOOSE(set, name)            \
  ((set) == LORA_AVX512 ? name##_avx512   \
   : (set) == LORA_AVX2 ? name##_avx2     \
                        : name##_portable)
#elif defined(__aarch64__)
#define LORA_DECLARE(result, name, arguments) \
  result name##_portable arguments;           \
  result name##_neon arguments;
#define LORA_CHOOSE(set, name) ((set) == LORA_NEON ? name##_neon : name##_portable)
#else
#define LORA_DECLARE(result, name, arguments) result name##_portable arguments;
#define LORA_CHOOSE(set, name) name##_portable
#endif

#endif
