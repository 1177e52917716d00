// The memory that the process has held at most.
#ifndef LORA_PEAK_MEMORY_H
#define LORA_PEAK_MEMORY_H

#include <stdint.h>

/// The largest resident size of the process so far, in bytes; 0 where the system does not say.
uint64_t lora_peak_memory(void);

#endif
