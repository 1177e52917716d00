#include "PeakMemory.h"

#if defined(__linux__)
#include <stdio.h>

// VmHWM and not getrusage's ru_maxrss: the latter begins with what the parent process held.
uint64_t lora_peak_memory(void) {
  FILE *status = fopen("/proc/self/status", "re");
  if (!status) return 0;
  char line[256];
  unsigned long long kilobytes = 0;
  while (fgets(line, sizeof line, status))
    if (sscanf(line, "VmHWM: %llu kB", &kilobytes) == 1) break;
  fclose(status);
  return (uint64_t)kilobytes << 10;
}
#elif defined(__APPLE__)
#include <sys/resource.h>

uint64_t lora_peak_memory(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss : 0;
}
#else
uint64_t lora_peak_memory(void) { return 0; }
#endif
