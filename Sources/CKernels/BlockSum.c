#include "BlockSum.h"

#include "Dispatch.h"

#define LORA_BLOCK_SUM(REAL, SUFFIX)                                                              \
  LORA_DECLARE(void, lora_add_rows_##SUFFIX, (LoraBlockSum *, const REAL *, size_t))              \
  LORA_DECLARE(                                                                                   \
      void, lora_add_products_##SUFFIX, (LoraBlockSum *, const REAL *, const REAL *, size_t))     \
  LORA_DECLARE(void, lora_block_sum_total_##SUFFIX, (const LoraBlockSum *, REAL *))               \
  void lora_add_rows_##SUFFIX(                                                                    \
      lora_instruction_set set, LoraBlockSum *sum, const REAL *a, size_t rows) {                  \
    LORA_CHOOSE(set, lora_add_rows_##SUFFIX)(sum, a, rows);                                       \
  }                                                                                               \
  void lora_add_products_##SUFFIX(                                                                \
      lora_instruction_set set, LoraBlockSum *sum, const REAL *a, const REAL *b, size_t rows) {   \
    LORA_CHOOSE(set, lora_add_products_##SUFFIX)(sum, a, b, rows);                                \
  }                                                                                               \
  void lora_block_sum_total_##SUFFIX(                                                             \
      lora_instruction_set set, const LoraBlockSum *sum, REAL *total) {                           \
    LORA_CHOOSE(set, lora_block_sum_total_##SUFFIX)(sum, total);                                  \
  }

LORA_BLOCK_SUM(float, f32)
LORA_BLOCK_SUM(double, f64)
