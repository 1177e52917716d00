// Attention in one process, one thread, by its CPU time: forward and backward of some shapes, and one
// query on a cache. Prints GFLOP/s of the products that cannot be avoided (2 forward, 5 backward, those
// of hidden keys not counted) and their share of the machine's FMA peak, measured in between; the best
// of several runs. For one query also GB/s of keys and values.
//
// From the repository's folder, with libxxhash-dev; LORA_SET chooses the instruction set (portable 0,
// avx2 1, avx512 2; the best by default):
//   K=Sources/CKernels; clang -O2 -std=gnu11 -I$K/include Tests/Peers/attention_speed.c \
//     $K/Instances/*.c $K/InstructionSet.c $K/Transformers/Attention.c -lxxhash -lm \
//     -o attention_speed && ./attention_speed
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *numbers(size_t count) {
  float *values = aligned_alloc(64, (count * 4 + 127) / 64 * 64);
  for (size_t i = 0; i < count; i++) values[i] = (float)(rand() % 2001 - 1000) / 1000;
  return values;
}

#define FMA_PEAK(name, set, bytes, chains)                                                        \
  __attribute__((target(set))) static double name(void) {                                         \
    typedef float v __attribute__((vector_size(bytes)));                                          \
    enum { LANES = bytes / 4 };                                                                   \
    v sums[chains], x, y;                                                                         \
    for (int i = 0; i < LANES; i++) x[i] = 0.999f, y[i] = 1e-3f;                                  \
    for (int i = 0; i < chains; i++) sums[i] = x * (float)i;                                      \
    const long rounds = 2000000;                                                                  \
    double start = seconds();                                                                     \
    for (long r = 0; r < rounds; r++) {                                                           \
      for (int i = 0; i < chains; i++) sums[i] = __builtin_elementwise_fma(sums[i], x, y);        \
      __asm__ volatile("" : "+x"(x));                                                             \
    }                                                                                             \
    double time = seconds() - start;                                                              \
    for (int i = 1; i < chains; i++) sums[0] += sums[i];                                          \
    volatile float sink = sums[0][0];                                                             \
    (void)sink;                                                                                   \
    return 2.0 * LANES * chains * (double)rounds / time / 1e9;                                    \
  }

FMA_PEAK(fma_peak, "avx2,fma", 32, 10)
FMA_PEAK(fma_peak_512, "avx512f", 64, 12)

typedef struct {
  const char *name;
  size_t heads, key_heads, dimension, queries, keys;
  bool causal;
  size_t left;
  double soft_cap;
} shape;

static const shape shapes[] = {
    {"SmolLM2, 512", 9, 3, 64, 512, 512, true, SIZE_MAX, 0},
    {"SmolLM2, 2048", 9, 3, 64, 2048, 2048, true, SIZE_MAX, 0},
    {"Llama 3, 1024", 32, 8, 128, 1024, 1024, true, SIZE_MAX, 0},
    {"MiniLM, 128", 12, 12, 32, 128, 128, false, SIZE_MAX, 0},
    {"Phi, 512", 32, 32, 80, 512, 512, true, SIZE_MAX, 0},
    {"Gemma 2, 2048", 8, 4, 256, 2048, 2048, true, 1023, 50},
    {"SmolLM2, decoding", 9, 3, 64, 1, 2048, true, SIZE_MAX, 0},
    {"Llama 3, decoding", 32, 8, 128, 1, 2048, true, SIZE_MAX, 0},
    {"Gemma, decoding", 8, 1, 256, 1, 2048, true, SIZE_MAX, 0},
};

static LoraHeadPlace place(size_t heads, size_t dimension) {
  return (LoraHeadPlace){heads, dimension, 0, dimension, heads * dimension};
}

static double pairs_seen(const shape *s) {
  double pairs = 0;
  for (size_t i = 0; i < s->queries; i++) {
    const size_t position = s->keys - s->queries + i;
    const size_t first = position > s->left ? position - s->left : 0;
    pairs += (double)((s->causal ? position + 1 : s->keys) - first);
  }
  return pairs * (double)s->heads;
}

static void forward(
    lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,
    size_t tiles, float *space) {
  for (size_t first = 0; first * LORA_QUERY_TILE < rows->queries; first += tiles) {
    const size_t all = (rows->queries + LORA_QUERY_TILE - 1) / LORA_QUERY_TILE;
    for (size_t h = 0; h < attention->key_heads; h++) {
      const LoraAttentionPart part = {h, first, all - first < tiles ? all - first : tiles};
      lora_attend_f32(set, attention, rows, &part, space);
    }
  }
}

static void backward(
    lora_instruction_set set, const LoraAttention *attention, const LoraAttentionRows *rows,
    const LoraAttentionGradients *gradients, size_t tiles, float *space) {
  for (size_t first = 0; first * LORA_QUERY_TILE < rows->queries; first += tiles) {
    const size_t all = (rows->queries + LORA_QUERY_TILE - 1) / LORA_QUERY_TILE;
    for (size_t h = 0; h < attention->key_heads; h++) {
      const LoraAttentionPart part = {h, first, all - first < tiles ? all - first : tiles};
      lora_begin_attention_backward_f32(set, attention, rows, gradients, &part, space);
      for (size_t b = 0; b * LORA_KEY_BLOCK < rows->keys; b++) {
        if (attention->causal && b * LORA_KEY_BLOCK >= (first + part.tiles) * LORA_QUERY_TILE) break;
        const size_t end = (b + 1) * LORA_KEY_BLOCK, query = first * LORA_QUERY_TILE;
        if (query > end && query - end > attention->left) continue;
        lora_attend_backward_f32(set, attention, rows, gradients, &part, b, space);
      }
      lora_end_attention_backward_f32(set, attention, rows, gradients, &part, space);
    }
  }
}

static void measure(lora_instruction_set set, const shape *s, double (*peak)(void)) {
  const size_t heads = s->heads * s->dimension, key_heads = s->key_heads * s->dimension;
  const size_t group = s->heads / s->key_heads;
  size_t tiles = 1536 / (group * s->dimension);
  if (tiles > 4) tiles = 4;
  if (tiles < 1) tiles = 1;
  const LoraAttention attention = {
      .heads = s->heads, .key_heads = s->key_heads, .dimension = s->dimension, .scale = 0.125,
      .soft_cap = s->soft_cap, .causal = s->causal, .left = s->left, .right = SIZE_MAX};
  const LoraAttentionRows rows = {
      .q = numbers(s->queries * heads), .k = numbers(s->keys * key_heads),
      .v = numbers(s->keys * key_heads), .q_place = place(s->heads, s->dimension),
      .k_place = place(s->key_heads, s->dimension), .v_place = place(s->key_heads, s->dimension),
      .queries = s->queries, .keys = s->keys, .offset = s->keys - s->queries,
      .out = numbers(s->queries * heads), .log_sums = numbers(s->queries * s->heads)};
  const LoraAttentionGradients gradients = {
      .dout = numbers(s->queries * heads), .dq = numbers(s->queries * heads),
      .dk = numbers(s->keys * key_heads), .dv = numbers(s->keys * key_heads)};
  float *space = numbers(lora_attention_space_f32(set, &attention, tiles));
  double best[2] = {1e9, 1e9}, fma = 0;
  const double work = pairs_seen(s) * (double)s->dimension * 2 / 1e9;
  const int inner = work < 0.01 ? 20 : 1;
  for (int run = 0; run < 7; run++) {
    const double now = peak();
    if (now > fma) fma = now;
    for (int way = 0; way < (s->queries > 1 ? 2 : 1); way++) {
      const double start = seconds();
      for (int i = 0; i < inner; i++) {
        if (way == 0) forward(set, &attention, &rows, tiles, space);
        if (way == 1) backward(set, &attention, &rows, &gradients, tiles, space);
      }
      const double time = (seconds() - start) / inner;
      if (time < best[way]) best[way] = time;
    }
  }
  printf(
      "%-18s forward %6.1f GFLOP/s = %.2f of peak", s->name, 2 * work / best[0],
      2 * work / best[0] / fma);
  if (s->queries > 1) {
    printf("  backward %6.1f = %.2f", 5 * work / best[1], 5 * work / best[1] / fma);
  } else {
    printf(
        "  %.1f us, %.1f GB/s", best[0] * 1e6,
        (double)(2 * s->keys * key_heads * 4) / best[0] / 1e9);
  }
  printf("\n");
  fflush(stdout);
}

int main(void) {
  lora_instruction_set set = LORA_PORTABLE;
  for (int i = 0; i < 4; i++)
    if (lora_is_available((lora_instruction_set)i)) set = (lora_instruction_set)i;
  if (getenv("LORA_SET")) set = (lora_instruction_set)atoi(getenv("LORA_SET"));
  double (*peak)(void) = set == LORA_AVX512 ? fma_peak_512 : fma_peak;
  printf("instruction set %d, FMA peak %.0f GFLOP/s\n", (int)set, peak());
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) measure(set, &shapes[i], peak);
  return 0;
}
