#define _GNU_SOURCE
#include "CoreCount.h"

#include <unistd.h>

#if defined(__linux__)
#include <sched.h>

// Room for 8192 cores, as many as Linux can be built for: cpu_set_t itself ends at 1024.
static int affinity_count(void) {
  unsigned long mask[8192 / (8 * sizeof(unsigned long))] = {0};
  if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)mask) != 0) return 0;
  int count = 0;
  for (size_t i = 0; i < sizeof mask / sizeof mask[0]; i++) count += __builtin_popcountl(mask[i]);
  return count;
}
#else
static int affinity_count(void) { return 0; }
#endif

int lora_core_count(void) {
  int count = affinity_count();
  if (count < 1) count = (int)sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count;
}
