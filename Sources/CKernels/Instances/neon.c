// The kernels for AArch64: 32 registers of 128 bits.
#if defined(__aarch64__)

#include <arm_neon.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../Chance.h"
#include "../Panel.h"
#include "CKernels.h"

#define ISA(name) name##_neon
#define LANES 4
#define HARDWARE 1
#define BIT_LANES 0
#define ROWS 5
#define VECTORS 4

#include "../Templates/Vector.inc"
#include "../Templates/Pair.inc"

#include "../Templates/Conversion.inc"
#include "../Templates/Dense.inc"
#include "../Templates/FloatScan.inc"
#include "../Templates/LowRankUpdate.inc"
#include "../Templates/DeltaAddition.inc"
#include "../Templates/Candidates.inc"
#include "../Templates/Remainder.inc"
#include "../Templates/Digest.inc"
#include "../Templates/Quantization.inc"
#include "../Templates/QuantizedEncoding.inc"
#include "../Templates/QuantizedDecoding.inc"

#endif
