// Cores that the process may use.
#ifndef LORA_CORE_COUNT_H
#define LORA_CORE_COUNT_H

/// Cores in the calling thread's affinity mask (what taskset and a container's cpuset leave); cores
/// online where there is no such mask. At least 1. A quota of processor time is not looked at.
int lora_core_count(void);

#endif
