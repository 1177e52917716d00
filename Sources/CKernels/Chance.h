// What dropout draws for a row, and against what; internal to this target.
#ifndef LORA_CHANCE_H
#define LORA_CHANCE_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t lora_dropout_threshold(double probability) {
  return (uint32_t)(probability * 0x1p32);
}

// SplitMix64's number `row` + 1 from the state `key`. Source: https://prng.di.unimi.it/splitmix64.c
static inline uint64_t lora_dropout_row(uint64_t key, size_t row) {
  uint64_t bits = key + ((uint64_t)row + 1) * 0x9E3779B97F4A7C15;
  bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ bits >> 27) * 0x94D049BB133111EB;
  return bits ^ bits >> 31;
}

#endif
