#include "MatrixProduct.h"

#include <stdint.h>
#include <string.h>

#include "Dispatch.h"

LORA_DECLARE(size_t, lora_product_space, (const lora_product *))
LORA_DECLARE(
    void, lora_multiply,
    (const lora_product *, const void *, const lora_matrix *, void *, void *))

size_t lora_product_space(lora_instruction_set set, const lora_product *product) {
  if (product->k == 0 || product->m == 0 || product->n == 0) return 0;
  return LORA_CHOOSE(set, lora_product_space)(product);
}

void lora_multiply(
    lora_instruction_set set, const lora_product *product, const void *a, const lora_matrix *b,
    void *c, void *space) {
  if (product->k == 0 && !product->accumulates) {
    const size_t size = lora_byte_count(product->precision);
    for (size_t i = 0; i < product->m; i++) {
      memset((uint8_t *)c + i * product->ldc * size, 0, product->n * size);
    }
  }
  if (product->k == 0 || product->m == 0 || product->n == 0) return;
  LORA_CHOOSE(set, lora_multiply)(product, a, b, c, space);
}
