// A gated activation, y = f(gate)·up, with f of Dense.h; each operation rounded once.
//
// Backward: dUp = dy·f(gate) and dGate = (dy·up)·f'(gate), each put in the place of what it is the
// gradient of. Every NaN written is the canonical one.
#ifndef LORA_GATE_H
#define LORA_GATE_H

#include <stddef.h>

#include "../Dense.h"
#include "../InstructionSet.h"

#define LORA_DECLARE_GATE(REAL, SUFFIX)                                                           \
  /* y[rows, columns] without gaps, overwritten; gate and up have `pitch` numbers to a row */     \
  void lora_gate_forward_##SUFFIX(                                                                \
      lora_instruction_set set, LoraActivation kind, const REAL *gate, const REAL *up,            \
      size_t pitch, REAL *y, size_t rows, size_t columns);                                        \
  void lora_gate_backward_##SUFFIX(                                                               \
      lora_instruction_set set, LoraActivation kind, const REAL *dy, REAL *gate, REAL *up,        \
      size_t pitch, size_t rows, size_t columns);

LORA_DECLARE_GATE(float, f32)
LORA_DECLARE_GATE(double, f64)

#endif
