// Dense: the elementwise half of a network, for float (suffix f32) and double (suffix f64).
//
// Shape letters: B rows of a batch, C columns. Matrices are row-major without gaps. Every function
// exists for both types with the same arithmetic, so that gradients checked by finite differences
// in f64 vouch for the f32 code. No two arguments may overlap. Sums run in f64 and in an order that depends on sizes only.
#ifndef LORA_DENSE_H
#define LORA_DENSE_H

#include <stddef.h>
#include <stdint.h>

// y = f(z):
//   relu   max(z, 0)
//   gelu   z·Φ(z), Φ the normal distribution function by erf, not its tanh approximation
//   silu   z·σ(z), σ(z) = 1 / (1 + exp(-z))
//   tanh   tanh(z)
typedef enum {
  LORA_ACTIVATION_RELU,
  LORA_ACTIVATION_GELU,
  LORA_ACTIVATION_SILU,
  LORA_ACTIVATION_TANH
} LoraActivation;

// One step of stochastic gradient descent, as torch.optim.SGD defines it (dampening 0).
typedef struct {
  double rate;
  double momentum;
  double weight_decay;
  // Multiplies every gradient before use: the factor of clipping, or 1.
  double gradient_scale;
  int nesterov;
} LoraSGDStep;

// One step of Adam, as torch.optim.Adam and AdamW define it.
typedef struct {
  double rate;
  double beta1;
  double beta2;
  double epsilon;
  double weight_decay;
  double gradient_scale;
  // 1 - beta1^t and 1 - beta2^t for the t-th step, counted from 1.
  double correction1;
  double correction2;
  // Non-zero: w shrinks by rate·weight_decay before the step (AdamW); zero: the decay joins the
  // gradient (Adam).
  int decoupled;
} LoraAdamStep;

#define LORA_DECLARE_DENSE(REAL, SUFFIX)                                                          \
  /* y[B,C] = bias[C] in every row, overwritten */                                                \
  void lora_fill_rows_##SUFFIX(REAL *y, const REAL *bias, size_t rows, size_t columns);           \
  /* dbias[C] = sum over rows of dy[B,C], overwritten */                                          \
  void lora_column_sums_##SUFFIX(const REAL *dy, REAL *dbias, size_t rows, size_t columns);       \
  /* y[B,C] += factors[C] in each column · v[B,C] */                                              \
  void lora_add_scaled_columns_##SUFFIX(                                                          \
      REAL *y, const REAL *v, const REAL *factors, size_t rows, size_t columns);                  \
  /* dots[C] = sum over rows of a[B,C]·b[B,C], overwritten */                                     \
  void lora_column_dots_##SUFFIX(                                                                 \
      const REAL *a, const REAL *b, REAL *dots, size_t rows, size_t columns);                     \
  /* y = f(z), overwritten */                                                                     \
  void lora_activation_forward_##SUFFIX(                                                          \
      LoraActivation kind, const REAL *z, REAL *y, size_t count);                                 \
  /* d: on entry the gradient of y, on exit that of z, d·f'(z); z and y as in forward */          \
  void lora_activation_backward_##SUFFIX(                                                         \
      LoraActivation kind, const REAL *z, const REAL *y, REAL *d, size_t count);                  \
  /* p[B,C] = softmax of each row of logits[B,C], overwritten */                                  \
  void lora_softmax_##SUFFIX(const REAL *logits, REAL *p, size_t rows, size_t columns);           \
  /* mean over rows of -log softmax(logits)[label], labels in 0 ..< columns; weights (may be null)  \
     has one a class, and the mean is then weighted by each row's class's;                        \
     dlogits (may be null) = its gradient, overwritten */                                         \
  double lora_softmax_cross_entropy_##SUFFIX(                                                     \
      const REAL *logits, const int32_t *labels, const double *weights, REAL *dlogits,            \
      size_t rows, size_t columns);                                                               \
  /* mean over all elements of (y - target)²; dy (may be null) = its gradient, overwritten */     \
  double lora_mean_squared_error_##SUFFIX(                                                        \
      const REAL *y, const REAL *target, REAL *dy, size_t count);                                 \
  /* sum of squares, NaN or infinite when an element is */                                        \
  double lora_sum_of_squares_##SUFFIX(const REAL *x, size_t count);                               \
  /* w and the velocity are updated; velocity may be null when momentum is 0 */                   \
  void lora_sgd_step_##SUFFIX(                                                                    \
      REAL *w, const REAL *gradient, REAL *velocity, size_t count, const LoraSGDStep *step);      \
  /* w and the moments m (first) and v (second) are updated */                                    \
  void lora_adam_step_##SUFFIX(                                                                   \
      REAL *w, const REAL *gradient, REAL *m, REAL *v, size_t count, const LoraAdamStep *step);

LORA_DECLARE_DENSE(float, f32)
LORA_DECLARE_DENSE(double, f64)

#endif
