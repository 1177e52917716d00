// The kernels in C alone. Their tiles have the shape of the AVX-512 tiles, so that the logic of
// those is tested on every machine.

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../Chance.h"
#include "../Panel.h"
#include "../QuarterTurns.h"
#include "CKernels.h"

#define ISA(name) name##_portable
#define LANES 16
#define HARDWARE 0
#define BIT_LANES 0
#define ROWS 8
#define VECTORS 2
#define PRODUCT_ROWS 4
#define PRODUCT_VECTORS 2
#define PRODUCT_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4)

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
