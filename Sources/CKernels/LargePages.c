#include "LargePages.h"

#if defined(__linux__)
#include <stdint.h>
#include <sys/mman.h>

void lora_prefer_large_pages(void *start, size_t bytes) {
#ifdef MADV_HUGEPAGE
  const uintptr_t page = 2 << 20;
  const uintptr_t first = ((uintptr_t)start + page - 1) / page * page;
  const uintptr_t end = ((uintptr_t)start + bytes) / page * page;
  if (first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
#else
  (void)start, (void)bytes;
#endif
}
#else
void lora_prefer_large_pages(void *start, size_t bytes) { (void)start, (void)bytes; }
#endif
