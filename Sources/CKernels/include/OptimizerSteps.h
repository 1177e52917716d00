// The optimizers' steps, for float (suffix f32) and double (suffix f64). Factors are rounded to the
// type first; then every operation is rounded, none is fused. Every NaN written is the canonical
// one. No two arguments may overlap.
#ifndef LORA_OPTIMIZER_STEPS_H
#define LORA_OPTIMIZER_STEPS_H

#include <stddef.h>

#include "InstructionSet.h"

// One step of stochastic gradient descent, as torch.optim.SGD defines it (dampening 0):
//
//     g = scale·gradient + decay·w
//     velocity = momentum·velocity + g
//     w = w - rate·(nesterov ? g + momentum·velocity : velocity)
//
// Without momentum w = w - rate·g.
typedef struct {
  double rate;
  double momentum;
  double weight_decay;
  // Multiplies every gradient before use: the factor of clipping, or 1.
  double gradient_scale;
  int nesterov;
} LoraSGDStep;

// One step of Adam, as torch.optim.Adam and AdamW define it:
//
//     g = scale·gradient + (decoupled ? 0 : decay)·w
//     m = β1·m + (1 - β1)·g
//     v = β2·v + (1 - β2)·g·g
//     w = (decoupled ? 1 - rate·decay : 1)·w
//         - (rate / correction1)·m / (√v·(1 / √correction2) + ε)
//
// What stands in brackets is computed in f64.
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

#define LORA_DECLARE_OPTIMIZER_STEPS(REAL, SUFFIX)                                                \
  /* w and the velocity are updated; velocity is not used, and may be null, when momentum is 0 */ \
  void lora_sgd_step_##SUFFIX(                                                                    \
      lora_instruction_set set, REAL *w, const REAL *gradient, REAL *velocity, size_t count,      \
      const LoraSGDStep *step);                                                                   \
  /* w and the moments m (first) and v (second) are updated */                                    \
  void lora_adam_step_##SUFFIX(                                                                   \
      lora_instruction_set set, REAL *w, const REAL *gradient, REAL *m, REAL *v, size_t count,    \
      const LoraAdamStep *step);

LORA_DECLARE_OPTIMIZER_STEPS(float, f32)
LORA_DECLARE_OPTIMIZER_STEPS(double, f64)

#endif
