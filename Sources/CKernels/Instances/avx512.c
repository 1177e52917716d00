// The kernels for x86-64 with AVX-512: 32 registers of 512 bits.
#if defined(__x86_64__)

#include <immintrin.h>
#include <limits.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../Chance.h"
#include "../Panel.h"
#include "../QuarterTurns.h"
#include "CKernels.h"

#define ISA(name) name##_avx512
#define LANES 16
#define HARDWARE 1
#define BIT_LANES 1
#define ROWS 8
#define VECTORS 2
#define PRODUCT_ROWS 14
#define PRODUCT_VECTORS 2
#define PRODUCT_EACH_ROW_COUNT(X) \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)
#define XXH_VECTOR XXH_AVX2

#pragma clang attribute push(                                         \
    __attribute__((                                                   \
        target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,bmi,bmi2"),   \
        min_vector_width(512))),                                      \
    apply_to = function)

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

#pragma clang attribute pop

#endif
