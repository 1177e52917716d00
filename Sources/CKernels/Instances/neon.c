// The kernels for AArch64: 32 registers of 128 bits.
#if defined(__aarch64__)

#include <arm_neon.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../Chance.h"
#include "../Panel.h"
#include "../QuarterTurns.h"
#include "CKernels.h"

#define ISA(name) name##_neon
#define LANES 4
#define HARDWARE 1
#define BIT_LANES 0
#define ROWS 5
#define VECTORS 4
#define PRODUCT_ROWS 6
#define PRODUCT_VECTORS 4
#define PRODUCT_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4) X(5) X(6)

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
#include "../Templates/Products/MatrixProduct.inc"
#include "../Templates/Transformers/Attention.inc"

#endif
