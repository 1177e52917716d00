// CKernels: the numeric kernels of lora, in C11.
//
// Shape letters: M rows, N columns, R rank. All matrices are row-major and dense unless a stride is
// given. No kernel allocates, locks or reads the clock; each says which arguments it overwrites.
#ifndef LORA_CKERNELS_H
#define LORA_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "Dense.h"

#endif
