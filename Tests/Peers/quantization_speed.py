"""The 4-bit kernels beside bitsandbytes' on the CPU, and beside memory, in one run.

    python quantization_speed.py SCRATCH [--rows 4096] [--columns 4096] [--rounds 5]

Compiles the kernels under Sources/CKernels with a small program around them (CC, or clang), which
quantizes f32 to NF4 in blocks of 64 and writes it out as bf16 into memory that is used again, on one
thread and on all cores; and copies the f32 numbers, to say how fast memory is. bitsandbytes does the same
in the same rounds where it is installed. GB/s count the unquantized side: 4 bytes a weight for
quantizing, 2 for dequantizing. Prints the best of the rounds: the other programs of a shared machine only
ever slow things down.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

PROGRAM = r"""
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "CKernels.h"

static float *values, *absmax, *copy;
static uint8_t *codes;
static uint16_t *numbers;
static lora_codebook book;
static lora_instruction_set set;
static size_t count, threads;
static int job;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *work(void *number) {
  size_t part = (count / threads + 4095) / 4096 * 4096, first = (size_t)number * part;
  if (first >= count) return NULL;
  size_t size = count - first < part ? count - first : part;
  if (job == 0) {
    lora_block_absmax(set, LORA_F32, size, values + first, 64, absmax + first / 64);
    lora_encode_4bit(
        set, LORA_F32, size, values + first, 64, absmax + first / 64, &book, codes + first / 2);
  } else if (job == 1) {
    lora_decode_4bit(
        set, LORA_BF16, LORA_BF16, first, size, codes, 64, absmax, book.levels, numbers + first);
  } else {
    memcpy(copy + first, values + first, size * 4);
  }
  return NULL;
}

static double seconds(int what, size_t on) {
  pthread_t others[64];
  job = what;
  threads = on;
  double start = now();
  for (size_t i = 1; i < on; i++) pthread_create(&others[i], NULL, work, (void *)i);
  work((void *)0);
  for (size_t i = 1; i < on; i++) pthread_join(others[i], NULL);
  return now() - start;
}

int main(int argc, char **argv) {
  (void)argc;
  count = strtoul(argv[1], NULL, 10);
  size_t cores = strtoul(argv[2], NULL, 10);
  for (int s = LORA_PORTABLE; s <= LORA_NEON; s++) if (lora_is_available(s)) set = s;
  static const float levels[16] = {
      -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
      -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
      0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
      0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};
  for (int i = 0; i < 16; i++) book.levels[i] = levels[i], book.order[i] = i;
  for (int i = 0; i < 15; i++) book.middles[i] = (levels[i] + levels[i + 1]) / 2;
  values = malloc(count * 4), copy = malloc(count * 4), absmax = malloc(count / 64 * 4 + 4);
  codes = malloc(count / 2 + 1), numbers = malloc(count * 2);
  uint64_t state = 1;
  for (size_t i = 0; i < count; i++) {
    float sum = 0;
    for (int k = 0; k < 4; k++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      sum += (float)(state >> 40) * 0x1p-24f - 0.5f;
    }
    values[i] = sum * 0.03f;
  }
  memset(copy, 0, count * 4), memset(codes, 0, count / 2), memset(numbers, 0, count * 2);
  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    double one[3], all[3];
    for (int i = 0; i < 3; i++) one[i] = seconds(i, 1), all[i] = seconds(i, cores);
    printf("%g %g %g %g %g %g\n", one[0], all[0], one[1], all[1], one[2], all[2]);
    fflush(stdout);
  }
}
"""


def compiled(scratch):
    kernels = pathlib.Path(__file__).resolve().parents[2] / "Sources/CKernels"
    source = scratch / "speed.c"
    source.write_text(PROGRAM)
    files = [source, *sorted(kernels.glob("*.c")), *sorted((kernels / "Instances").glob("*.c"))]
    binary = scratch / "speed"
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libxxhash"], capture_output=True, text=True).stdout
    subprocess.run(
        [os.environ.get("CC", "clang"), "-std=gnu11", "-O2", "-w", "-I", kernels / "include", "-I", kernels,
         *files, "-o", binary, "-lm", "-lpthread", *flags.split()], check=True)
    return binary


def bitsandbytes(rows, columns):
    """Functions that quantize and dequantize once, or None."""
    try:
        import torch
        from bitsandbytes.functional import dequantize_4bit, quantize_4bit
    except ImportError:
        return None
    x = torch.randn(rows, columns, generator=torch.Generator().manual_seed(0)) * 0.02
    codes, state = quantize_4bit(x, blocksize=64, quant_type="nf4")
    _, half = quantize_4bit(x.to(torch.bfloat16), blocksize=64, quant_type="nf4")
    return {"quantize": lambda: quantize_4bit(x, blocksize=64, quant_type="nf4"),
            "dequantize": lambda: dequantize_4bit(codes, half)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scratch", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=4096)
    parser.add_argument("--columns", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    options.scratch.mkdir(parents=True, exist_ok=True)
    count, cores = options.rows * options.columns, len(os.sched_getaffinity(0))
    ours = subprocess.Popen([compiled(options.scratch), str(count), str(cores)], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    theirs = bitsandbytes(options.rows, options.columns)
    best = {}

    def note(name, seconds):
        best[name] = min(best.get(name, seconds), seconds)

    for _ in range(options.rounds):
        ours.stdin.write("go\n")
        ours.stdin.flush()
        names = [f"{job}, {n} threads" for job in ("quantize", "dequantize", "copy") for n in (1, cores)]
        for name, seconds in zip(names, map(float, ours.stdout.readline().split())):
            note(name, seconds)
        for job, run in (theirs or {}).items():
            start = time.perf_counter()
            run()
            note(f"bitsandbytes {job}", time.perf_counter() - start)
    ours.stdin.close()
    for name, seconds in best.items():
        size = 2 if "dequantize" in name else 4
        print(json.dumps({"job": name, "seconds": round(seconds, 5),
                          "gb_per_s": round(count * size / seconds / 1e9, 2)}))


if __name__ == "__main__":
    sys.exit(main())
