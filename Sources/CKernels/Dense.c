// The two instances of Templates/Dense.inc. Products and sums are never fused here, so that a compiler's
// choice of instructions does not change a result.
#include "Dense.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

static const double sqrt_half = 0.70710678118654752440;
static const double inverse_sqrt_two_pi = 0.39894228040143267794;

#define REAL float
#define NAME(stem) stem##_f32
#define MATH(stem) stem##f
#include "Templates/Dense.inc"
#undef REAL
#undef NAME
#undef MATH

#define REAL double
#define NAME(stem) stem##_f64
#define MATH(stem) stem
#include "Templates/Dense.inc"
