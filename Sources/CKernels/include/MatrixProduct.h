// The product of two matrices, one of them as it is stored.
#ifndef LORA_MATRIX_PRODUCT_H
#define LORA_MATRIX_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

#include "BlockRows.h"
#include "FloatFormat.h"
#include "InstructionSet.h"

/// Terms of one chain of a product. Shorter chains round less often in sequence: at k = 2048 the rms
/// error of normal numbers is 3.0e-7 of the result's, at 11008 3.1e-7; with one chain for all of k it
/// is 8.2e-7 and 1.9e-6. Chains of 128 or 64 gain little and cost a sum of C each.
enum { LORA_CHAIN_LENGTH = 256 };

/// How the numbers of a matrix are stored.
typedef enum {
  LORA_PLAIN,    // in `format`
  LORA_CODES_4,  // as lora_decode_4bit reads them
  LORA_CODES_8,  // as lora_decode_8bit reads them
} lora_storage;

/// A row-major matrix that is read.
typedef struct {
  const void *numbers;   // the first number or code of the whole matrix; no alignment
  lora_storage storage;
  lora_format format;    // of the numbers, or what codes are rounded to
  size_t row, column;    // where the part that is read begins
  size_t pitch;          // numbers from one row to the next
  const float *scales;   // of codes, one for each block or row of the whole matrix
  const float *levels;   // [16] of 4-bit codes
  size_t block;          // numbers that share a scale of 4-bit codes, a multiple of 32
} lora_matrix;

/// What lies how in memory: a letter for each operand, N as it stands in the product, T transposed.
typedef enum {
  LORA_NT,  // C [m, n] (+)= A [m, k] · B [n, k]ᵀ
  LORA_NN,  // C [m, n] (+)= A [m, k] · B [k, n]
  LORA_TN,  // C [m, n] = A [k, m]ᵀ · B [k, n], the sum over the k rows of a step
} lora_form;

/// A product.
typedef struct {
  lora_form form;
  lora_format precision;  // of A, C and every sum: f32 or f64
  size_t m, n, k;
  size_t lda, ldc;        // numbers from row to row of A and C
  bool accumulates;
} lora_product;

/// Numbers of `precision` that lora_multiply needs for its panels.
size_t lora_product_space(lora_instruction_set set, const lora_product *product);

/// Multiplies two matrices; each element is computed in one order, whatever tiles, threads and
/// instruction sets there are.
///
/// LORA_NT and LORA_NN, for each i and j, b counting the chains of LORA_CHAIN_LENGTH:
///
///     s_b = 0;  for k in chain b, ascending: s_b = fma(A[i, k], B[j, k] or B[k, j], s_b)
///     C[i, j] = ((C[i, j] + s_0) + s_1) + …;  unless it accumulates, C[i, j] = (s_0 + s_1) + …
///
/// LORA_TN, over the rows of a step as BlockRows.h tells:
///
///     s = 0;  for k in a block, ascending: s = fma(A[k, i], B[k, j], s)
///     C[i, j] = the blocks' s, added along the balanced tree
///
/// and if it accumulates, k ≤ LORA_BLOCK_ROWS rows of one block go on with its chain: s = C[i, j].
///
/// The numbers of B are brought to `precision` first; that is exact but for f64 in an f32 product.
/// With k = 0 a C that does not accumulate becomes 0. The sign and payload of a NaN are not defined.
/// @param a      row-major in `precision`, `lda` numbers from row to row, read
/// @param b      read; plain for LORA_TN
/// @param c      row-major in `precision`, `ldc` numbers from row to row, overwritten or added to;
///               overlaps nothing
/// @param space  lora_product_space numbers of `precision`, aligned to 64 bytes, overwritten
void lora_multiply(
    lora_instruction_set set, const lora_product *product, const void *a, const lora_matrix *b,
    void *c, void *space);

#endif
