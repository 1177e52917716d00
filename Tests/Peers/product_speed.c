// The matrix product beside cblas_sgemm in one process, one thread, by its CPU time: f32, bf16 and NF4
// weights in f32 products, large, thin and of one row. Prints GFLOP/s, the best of several runs, and the
// machine's FMA peak and read bandwidth; for one row GB/s of weights too.
//
// From the repository's folder, with libopenblas-dev and libxxhash-dev; OPENBLAS_CORETYPE chooses BLAS's
// kernels (SkylakeX, Haswell, …), LORA_SET ours (portable 0, avx2 1, avx512 2; the best by default):
//   K=Sources/CKernels; clang -O2 -std=gnu11 -I$K/include Tests/Peers/product_speed.c $K/Instances/*.c \
//     $K/MatrixProduct.c $K/InstructionSet.c -lopenblas -lxxhash -lm -o product_speed && ./product_speed
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

void openblas_set_num_threads(int);
char *openblas_get_corename(void);

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *numbers(size_t bytes) { return aligned_alloc(64, (bytes + 127) / 64 * 64); }

// Four independent chains of the widest vectors the compiler makes of this for the machine.
__attribute__((target("avx2,fma"))) static double fma_peak(void) {
  typedef float v __attribute__((vector_size(32)));
  v sums[10], x, y;
  for (int i = 0; i < 8; i++) x[i] = 0.999f, y[i] = 1e-3f;
  for (int i = 0; i < 10; i++) sums[i] = x * (float)i;
  const long rounds = 20000000;
  double start = seconds();
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < 10; i++) sums[i] = __builtin_elementwise_fma(sums[i], x, y);
    __asm__ volatile("" : "+x"(x));
  }
  double time = seconds() - start;
  for (int i = 1; i < 10; i++) sums[0] += sums[i];
  volatile float sink = sums[0][0];
  (void)sink;
  return 2.0 * 8 * 10 * (double)rounds / time / 1e9;
}

__attribute__((target("avx512f"))) static double fma_peak_512(void) {
  typedef float v __attribute__((vector_size(64)));
  v sums[12], x, y;
  for (int i = 0; i < 16; i++) x[i] = 0.999f, y[i] = 1e-3f;
  for (int i = 0; i < 12; i++) sums[i] = x * (float)i;
  const long rounds = 20000000;
  double start = seconds();
  for (long r = 0; r < rounds; r++) {
    for (int i = 0; i < 12; i++) sums[i] = __builtin_elementwise_fma(sums[i], x, y);
    __asm__ volatile("" : "+x"(x));
  }
  double time = seconds() - start;
  for (int i = 1; i < 12; i++) sums[0] += sums[i];
  volatile float sink = sums[0][0];
  (void)sink;
  return 2.0 * 16 * 12 * (double)rounds / time / 1e9;
}

static double read_bandwidth(void) {
  const size_t count = 64 << 20;
  uint64_t *words = numbers(count * 8 / 2);
  memset(words, 1, count * 4);
  double best = 1e9;
  for (int run = 0; run < 5; run++) {
    uint64_t sums[16] = {0};
    double start = seconds();
    for (size_t i = 0; i < count / 2; i += 16)
      for (int j = 0; j < 16; j++) sums[j] ^= words[i + j];
    double time = seconds() - start;
    for (int j = 1; j < 16; j++) sums[0] ^= sums[j];
    volatile uint64_t sink = sums[0];
    (void)sink;
    if (time < best) best = time;
  }
  free(words);
  return (double)count * 4 / best / 1e9;
}

static const float nf4[16] = {
    -1.0f, -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f, -0.09105004f, 0,
    0.0795803f, 0.1609302f, 0.2461123f, 0.3379152f, 0.4407098f, 0.562617f, 0.7229568f, 1};

enum { BLAS, F32, BF16, NF4, WAYS };

// C [M, N] = A · B in `form`, B in each way; the sizes as they stand in the product.
static void compare(lora_instruction_set set, lora_form form, size_t m, size_t n, size_t k) {
  const size_t count_b = n * k;
  float *a = numbers(m * k * 4), *b = numbers(count_b * 4), *c = numbers(m * n * 4);
  uint16_t *half = numbers(count_b * 2);
  uint8_t *codes = numbers(count_b / 2);
  float *scales = numbers(count_b / 64 * 4 + 4);
  for (size_t i = 0; i < m * k; i++) a[i] = (float)(rand() % 2001 - 1000) / 1000;
  for (size_t i = 0; i < count_b; i++) {
    uint32_t bits;
    b[i] = (float)(rand() % 2001 - 1000) / 1000;
    memcpy(&bits, b + i, 4);
    half[i] = (uint16_t)(bits >> 16);
  }
  for (size_t i = 0; i < count_b / 2; i++) codes[i] = (uint8_t)rand();
  for (size_t i = 0; i < count_b / 64 + 1; i++) scales[i] = 0.02f;
  const size_t width = form == LORA_NT ? k : n;
  const lora_product product = {
      .form = form, .precision = LORA_F32, .m = m, .n = n, .k = k,
      .lda = form == LORA_TN ? m : k, .ldc = n};
  const lora_matrix stored[WAYS] = {
      [F32] = {.numbers = b, .format = LORA_F32, .pitch = width},
      [BF16] = {.numbers = half, .format = LORA_BF16, .pitch = width},
      [NF4] = {
          .numbers = codes, .storage = LORA_CODES_4, .format = LORA_F32, .pitch = width,
          .scales = scales, .levels = nf4, .block = 64}};
  void *space = numbers(lora_product_space(set, &product) * 4);
  const double work = 2.0 * (double)m * (double)n * (double)k / 1e9;
  const int runs = work > 2 ? 7 : 15, inner = work < 0.02 ? 50 : 1;
  const int ways = form == LORA_TN ? BF16 : WAYS;
  double best[WAYS] = {1e9, 1e9, 1e9, 1e9};
  for (int run = 0; run < runs; run++) {
    for (int way = 0; way < ways; way++) {
      double start = seconds();
      for (int i = 0; i < inner; i++) {
        if (way == BLAS) {
          cblas_sgemm(
              CblasRowMajor, form == LORA_TN ? CblasTrans : CblasNoTrans,
              form == LORA_NT ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
              (int)product.lda, b, (int)width, 0, c, (int)n);
        } else {
          lora_multiply(set, &product, a, &stored[way], c, space);
        }
      }
      double time = (seconds() - start) / inner;
      if (time < best[way]) best[way] = time;
    }
  }
  static const char *const names[] = {"NT", "NN", "TN"};
  printf(
      "%s m %5zu n %5zu k %5zu: blas %6.1f  f32 %6.1f = %.2f of it", names[form], m, n, k,
      work / best[BLAS], work / best[F32], best[BLAS] / best[F32]);
  if (ways == WAYS) {
    printf(
        "  bf16 %.2f and nf4 %.2f of f32", best[F32] / best[BF16], best[F32] / best[NF4]);
  }
  if (m == 1) {
    printf(
        "  weights f32 %.1f bf16 %.1f GB/s, nf4 %.2f of bf16's speed",
        (double)count_b * 4 / best[F32] / 1e9, (double)count_b * 2 / best[BF16] / 1e9,
        best[BF16] / best[NF4]);
  }
  printf("\n");
  fflush(stdout);
  free(a), free(b), free(c), free(half), free(codes), free(scales), free(space);
}

int main(void) {
  openblas_set_num_threads(1);
  lora_instruction_set set = LORA_PORTABLE;
  for (int s = 0; s < 4; s++)
    if (lora_is_available((lora_instruction_set)s)) set = (lora_instruction_set)s;
  if (getenv("LORA_SET")) set = (lora_instruction_set)atoi(getenv("LORA_SET"));
  printf(
      "BLAS core %s, our set %d, FMA peak %.0f GFLOP/s, read %.1f GB/s\n",
      openblas_get_corename(), (int)set,
      lora_is_available(LORA_AVX512) ? fma_peak_512() : fma_peak(), read_bandwidth());
  static const size_t sizes[][3] = {
      {2048, 2048, 2048}, {32, 2048, 2048}, {128, 2048, 2048}, {512, 2048, 2048}, {32, 3072, 768},
      {128, 3072, 768}, {512, 3072, 768}, {32, 11008, 4096}, {128, 11008, 4096},
      {512, 11008, 4096}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const size_t m = sizes[i][0], n = sizes[i][1], k = sizes[i][2];
    compare(set, LORA_NT, m, n, k);  // y = x Wᵀ
    compare(set, LORA_NN, m, k, n);  // dx = dy W
    compare(set, LORA_TN, n, k, m);  // dW = dyᵀ x
  }
  for (size_t rank = 8; rank <= 64; rank *= rank == 8 ? 2 : 4) {
    const size_t m = 512, width = 2048;
    compare(set, LORA_NT, m, rank, width);   // h = x Aᵀ
    compare(set, LORA_NT, m, width, rank);   // y += h Bᵀ
    compare(set, LORA_NN, m, rank, width);   // dh = dy B
    compare(set, LORA_NN, m, width, rank);   // dx += dh A
    compare(set, LORA_TN, width, rank, m);   // dB = dyᵀ h
    compare(set, LORA_TN, rank, width, m);   // dA = dhᵀ x
  }
  compare(set, LORA_NT, 1, 2048, 2048);
  compare(set, LORA_NT, 1, 11008, 4096);
  return 0;
}
