// Cross-entropy over a vocabulary, whose logits may come in blocks of columns.
//
// A row z[V] is read in blocks of LORA_VOCABULARY_BLOCK columns from column 0. With L = -∞ and
// S = 0 at first, for each block in ascending order:
//
//     L' = max(L, max z);  S = S·exp(L - L') + Σ exp(z - L');  L = L'
//
// the differences and exponentials in REAL, the sum of a block in f64 as along a row of Losses.h,
// the rest in f64. Then ln Σ exp z = L + ln S. So the bits depend on V alone, not on the portions
// that the columns come in, each of which must begin where a block does.
//
//     loss = ln S + (L - z[label])
//     dz = exp(z - L)·(weight / S), less weight at the label; the factor in f64, rounded once
//
// With a soft cap, z = cap·tanh(x·(1 / cap)) and dx = dz·fma(-z/cap, z/cap, 1), z/cap = z·(1 / cap).
// A row that holds a NaN or +∞, or nothing but -∞, has the loss NaN. Every NaN written is the canonical one.
#ifndef LORA_TOKEN_LOSS_H
#define LORA_TOKEN_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "../InstructionSet.h"

enum { LORA_VOCABULARY_BLOCK = 2048 };

// What is known of a row of logits after some of its columns.
typedef struct {
  // L and S: at first -∞ and 0.
  double largest, sum;
  // The logit of the label, once its column has come.
  double labelled;
} LoraLogSum;

// Columns of a vocabulary.
typedef struct {
  // The first of them, and how many there are in the rows that are given.
  size_t first, count;
  // The cap that the logits have, or 0 for none.
  double soft_cap;
} LoraVocabularyPart;

#define LORA_DECLARE_TOKEN_LOSS(REAL, SUFFIX)                                                     \
  /* adds columns of logits[rows, count], which on return are capped, to the sums of their rows;  \
     a row whose label[rows] is negative has none and is left as it is */                         \
  void lora_add_logits_##SUFFIX(                                                                  \
      lora_instruction_set set, const LoraVocabularyPart *part, REAL *logits,                     \
      const int32_t *labels, LoraLogSum *sums, size_t rows);                                      \
  /* logits[rows, count]: on entry as lora_add_logits left them, on exit the gradient of          \
     Σ weight·loss; 0 in a row whose label is negative */                                         \
  void lora_logit_gradient_##SUFFIX(                                                              \
      lora_instruction_set set, const LoraVocabularyPart *part, REAL *logits,                     \
      const int32_t *labels, const LoraLogSum *sums, double weight, size_t rows);                 \
  /* losses[rows], overwritten; 0 where the label is negative */                                  \
  void lora_token_losses_##SUFFIX(                                                                \
      lora_instruction_set set, const int32_t *labels, const LoraLogSum *sums, double *losses,    \
      size_t rows);                                                                               \
  /* The first column that holds the largest number of a row, NaNs left aside; 0 if all are. */   \
  size_t lora_largest_place_##SUFFIX(                                                             \
      lora_instruction_set set, const REAL *row, size_t columns);

LORA_DECLARE_TOKEN_LOSS(float, f32)
LORA_DECLARE_TOKEN_LOSS(double, f64)

#endif
