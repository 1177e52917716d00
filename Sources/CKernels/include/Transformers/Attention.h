// Attention of the heads of some query rows over key and value rows, for float and double.
//
// One document: queries i < T at positions t = offset + i, keys and values j < K at positions j. A
// query at t sees key j if t - left ≤ j ≤ t + right, and j ≤ t where attention is causal. Query head
// h reads key head h / (heads / key_heads).
//
// Everything is in REAL. A score, d in chains of LORA_CHAIN_LENGTH as in lora_multiply:
//
//     s = scale·(Σ q[i, d]·k[j, d]), each chain of fused multiply-adds in ascending d from 0
//     with a soft cap: u = tanh(s·(1 / cap)), s = cap·u
//
// Keys are taken in blocks of LORA_KEY_BLOCK from key 0, in ascending order. With m = -∞, l[16] = 0
// and o[D] = 0 at first, for each block that holds a key which the query sees:
//
//     m' = max(m, the block's s);  a = e(m - m');  p = e(s - m')
//     l[u] = l[u]·a, then the p of keys j with j mod 16 = u are added in ascending order
//     o[d] = fma(o[d], a, Σ p·v[j, d]), the sum a chain of fused multiply-adds from 0;  m = m'
//
// and then l[u] is added to l[u + 8], the sums to those four further on, two, one, and
//
//     out[i, d] = o[d]·(1 / l) + 0;  log_sum[i] = m + ln l
//
// where e(x) is exp(x), and 0 for x below -87 in float or -708 in double. A query that sees no key has
// out 0 and log_sum -∞. Backward, p = e(s - log_sum[i]) and
//
//     δ[i] = Σ dout[i, d]·out[i, d], a chain in ascending d;  dp = Σ dout[i, d]·v[j, d] as in s
//     ds = (p·(dp - δ[i]))·scale; with a soft cap (p·(dp - δ[i])·fma(-u, u, 1))·scale
//     dq[i] = Σ ds·k[j], for each block of keys a chain from 0, the chains added in ascending order
//     dv[j] = Σ p·dout[i], dk[j] = Σ ds·q[i], for each LORA_QUERY_TILE queries from query 0, and for
//     each head of the group in them, a chain from 0; the chains added in that order
//
// So the bits depend on the document's own sizes and numbers: neither on what else is computed, nor
// on how queries are portioned (dk and dv: in whole tiles), on threads or on the instruction set.
// Where a key or value is not finite, rows of its document that do not see it may be NaN; which, the
// sizes decide. Every NaN written is the canonical one.
#ifndef LORA_ATTENTION_H
#define LORA_ATTENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "../InstructionSet.h"
#include "HeadPlace.h"

enum {
  LORA_KEY_BLOCK = 64,
  LORA_QUERY_TILE = 32,
};

typedef struct {
  // Query heads, a multiple of the key heads.
  size_t heads, key_heads, dimension;
  double scale;
  // 0 for none.
  double soft_cap;
  bool causal;
  // Keys before and after its own position that a query sees; SIZE_MAX for all.
  size_t left, right;
} LoraAttention;

// The matrices of one document, from its first row on.
typedef struct {
  // [queries, heads, D] and [keys, key_heads, D] of REAL, read.
  const void *q, *k, *v;
  LoraHeadPlace q_place, k_place, v_place;
  size_t queries, keys, offset;
  // [queries, heads·D] without gaps, and [queries, heads]: overwritten forward, read backward.
  void *out, *log_sums;
} LoraAttentionRows;

// What backward needs beside them.
typedef struct {
  // [queries, heads·D] without gaps, read.
  const void *dout;
  // Placed as q, k and v are: dq is overwritten, dk and dv are added to.
  void *dq, *dk, *dv;
} LoraAttentionGradients;

// A part of the work: the query heads of one key head, in some tiles of queries.
typedef struct {
  size_t key_head, first_tile, tiles;
} LoraAttentionPart;

#define LORA_DECLARE_ATTENTION(REAL, SUFFIX)                                                      \
  /* Numbers that either direction needs for `tiles` tiles of queries. */                         \
  size_t lora_attention_space_##SUFFIX(                                                           \
      lora_instruction_set set, const LoraAttention *attention, size_t tiles);                    \
  /* `space`: aligned to 64 bytes, overwritten. */                                                \
  void lora_attend_##SUFFIX(                                                                      \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionPart *part, REAL *space);                                                \
  /* The first step of a part's backward pass: what its later steps need goes to `space`. */      \
  void lora_begin_attention_backward_##SUFFIX(                                                    \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionGradients *gradients, const LoraAttentionPart *part, REAL *space);       \
  /* A block of keys of it, in ascending order from 0: adds to dk and dv of the block's keys. */  \
  void lora_attend_backward_##SUFFIX(                                                             \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionGradients *gradients, const LoraAttentionPart *part, size_t block,       \
      REAL *space);                                                                               \
  /* The last step: dq. */                                                                        \
  void lora_end_attention_backward_##SUFFIX(                                                      \
      lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,    \
      const LoraAttentionGradients *gradients, const LoraAttentionPart *part, REAL *space);

LORA_DECLARE_ATTENTION(float, f32)
LORA_DECLARE_ATTENTION(double, f64)

#endif
