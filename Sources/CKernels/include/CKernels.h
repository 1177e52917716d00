// CKernels: the numeric kernels of lora, in C11.
//
// Shape letters: M rows, N columns, R rank. All matrices are row-major and dense unless a stride is
// given. No kernel allocates, locks or reads the clock; each says which arguments it overwrites.
//
// Buffers of numbers in a file's format are `void *`: they need no alignment.
// Numbers are little-endian, as in the files and on every machine that lora runs on.
// Every kernel wants the default floating-point environment: rounding to nearest, subnormals kept.
#ifndef LORA_CKERNELS_H
#define LORA_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "BlockRows.h"
#include "BlockSum.h"
#include "Conversion.h"
#include "CoreCount.h"
#include "Dense.h"
#include "Digest.h"
#include "FloatFormat.h"
#include "FloatScan.h"
#include "Functions.h"
#include "GroupedCodes.h"
#include "InstructionSet.h"
#include "LargePages.h"
#include "Losses.h"
#include "LowRankUpdate.h"
#include "MatrixProduct.h"
#include "OptimizerSteps.h"
#include "PeakMemory.h"
#include "Quantization.h"
#include "Remainder.h"
#include "TableRows.h"
#include "Transformers/Attention.h"
#include "Transformers/Gate.h"
#include "Transformers/HeadPlace.h"
#include "Transformers/Norms.h"
#include "Transformers/Rotation.h"
#include "Transformers/TokenLoss.h"

#endif
