// Sums over the rows of a step: one order, that neither threads nor micro-batches can change.
//
// The rows of a step are numbered from 0. Rows 64·j ..< 64·(j + 1) are block j. Within a block a
// sum is ONE chain over ascending rows that begins at 0:
//
//     sum = 0;  for each row:  sum = sum + a[row]                   of values
//                              sum = fma(a[row], b[row], sum)       of products
//
// Blocks are added along a fixed balanced tree. A node of level l covers the blocks
// j·2^l ..< (j + 1)·2^l and is the node of level l - 1 on its left plus that on its right; where
// there is none on the right, it is the left one alone. The sum is the root. Its bits depend on the
// rows, their order and their number alone: blocks may be computed anywhere, and rows may be given
// in any portions.
//
// The nodes that wait for their right side are those of the bits set in the number of whole blocks,
// as in a binary counter: adding a block carries.
#ifndef LORA_BLOCK_SUM_H
#define LORA_BLOCK_SUM_H

#include <stddef.h>

#include "BlockRows.h"
#include "InstructionSet.h"

/// A sum of C columns that is under way.
typedef struct {
  /// [1 + levels, C] of the type that is summed: the open block's chain (0 where no row has been
  /// added to it), then the waiting node of each level; all 0 at first. A number of rows takes as
  /// many levels as the number of its whole blocks has bits.
  void *sums;
  size_t columns;
  /// Rows added so far.
  size_t rows;
} LoraBlockSum;

#define LORA_DECLARE_BLOCK_SUM(REAL, SUFFIX)                                                      \
  /* adds the step's next rows, a[rows,C] */                                                      \
  void lora_add_rows_##SUFFIX(                                                                    \
      lora_instruction_set set, LoraBlockSum *sum, const REAL *a, size_t rows);                   \
  /* adds the products of the step's next rows, a[rows,C] · b[rows,C] */                          \
  void lora_add_products_##SUFFIX(                                                                \
      lora_instruction_set set, LoraBlockSum *sum, const REAL *a, const REAL *b, size_t rows);    \
  /* total[C] = the sum so far, overwritten; 0 of no rows; a NaN is the canonical one */          \
  void lora_block_sum_total_##SUFFIX(                                                             \
      lora_instruction_set set, const LoraBlockSum *sum, REAL *total);

LORA_DECLARE_BLOCK_SUM(float, f32)
LORA_DECLARE_BLOCK_SUM(double, f64)

#endif
