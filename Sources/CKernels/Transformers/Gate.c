#include "Transformers/Gate.h"

#include "../Dispatch.h"

#define LORA_GATE(REAL, SUFFIX)                                                                   \
  LORA_DECLARE(                                                                                   \
      void, lora_gate_forward_##SUFFIX,                                                           \
      (LoraActivation, const REAL *, const REAL *, size_t, REAL *, size_t, size_t))               \
  LORA_DECLARE(                                                                                   \
      void, lora_gate_backward_##SUFFIX,                                                          \
      (LoraActivation, const REAL *, REAL *, REAL *, size_t, size_t, size_t))                     \
  void lora_gate_forward_##SUFFIX(                                                                \
      lora_instruction_set set, LoraActivation kind, const REAL *gate, const REAL *up,            \
      size_t pitch, REAL *y, size_t rows, size_t columns) {                                       \
    LORA_CHOOSE(set, lora_gate_forward_##SUFFIX)(kind, gate, up, pitch, y, rows, columns);        \
  }                                                                                               \
  void lora_gate_backward_##SUFFIX(                                                               \
      lora_instruction_set set, LoraActivation kind, const REAL *dy, REAL *gate, REAL *up,        \
      size_t pitch, size_t rows, size_t columns) {                                                \
    LORA_CHOOSE(set, lora_gate_backward_##SUFFIX)(kind, dy, gate, up, pitch, rows, columns);      \
  }

LORA_GATE(float, f32)
LORA_GATE(double, f64)
