// Memory in larger pages than usual.
#ifndef LORA_LARGE_PAGES_H
#define LORA_LARGE_PAGES_H

#include <stddef.h>

/// Asks for large pages where whole ones fit into memory that was not touched yet: a product goes
/// through the rows of a weight side by side, each in pages of its own, and 2 MiB take one entry of the
/// processor's table of translations where 4 KiB take one otherwise. What memory holds is the same with
/// and without; a system that has none does nothing.
void lora_prefer_large_pages(void *start, size_t bytes);

#endif
