// A large angle less its quarter turns. Internal to this target.
#ifndef LORA_QUARTER_TURNS_H
#define LORA_QUARTER_TURNS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// x = quarter·π/2 + r + rest modulo 2π, |r| ≤ π/4, for 2^27 ≤ x < ∞: x·2/π modulo 4 in integers.
//
// With x = M·2^e, the bits of 2/π whose products with it are multiples of 4 are passed over; of the
// next 192 the product with M, modulo 2^192, is x·2/π modulo 4 in units of 2^-190.
// Source: M. Payne, R. Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18
// (1983), https://doi.org/10.1145/1057600.1057602
static inline uint64_t lora_quarter_turns(double x, double *r, double *rest) {
  // 64 zeros, then the bits of 2/π behind the point.
  static const uint64_t two_over_pi[] = {
      0x0000000000000000, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041,
      0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0, 0x06492EEA09D1921C, 0xFE1DEB1CB129A73E,
      0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B,
      0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
      0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
      0xF0CFBC209AF4361D};
  uint64_t bits, window[3], product[3] = {0, 0, 0};
  memcpy(&bits, &x, sizeof bits);
  const uint64_t significand = (bits & 0x000FFFFFFFFFFFFF) | 0x0010000000000000;
  // e + 62, with the bias of 1023 and the 52 bits of the fraction taken off.
  const size_t passed = (size_t)(bits >> 52) + 62 - 1075, word = passed / 64, shift = passed % 64;
  for (size_t i = 0; i < 3; i++) {
    window[i] = two_over_pi[word + i] << shift;
    if (shift > 0) window[i] |= two_over_pi[word + i + 1] >> (64 - shift);
  }
  unsigned __int128 sum = 0;
  for (int i = 2; i >= 0; i--) {
    sum += (unsigned __int128)window[i] * significand;
    product[i] = (uint64_t)sum;
    sum >>= 64;
  }
  uint64_t quarter = product[0] >> 62;
  uint64_t high = product[0] << 2 | product[1] >> 62, low = product[1] << 2 | product[2] >> 62;
  // From half a quarter on the angle is what is missing to the next.
  const int negative = high >> 63 != 0;
  if (negative) {
    quarter += 1;
    low = ~low;
    high = ~high;
  }
  // At least 2^-62 is left of any number, so that 128 bits hold all that counts.
  unsigned __int128 fraction = (unsigned __int128)high << 64 | low;
  if (negative) fraction += 1;
  const uint64_t upper = (uint64_t)(fraction >> 64);
  const int zeros = upper ? __builtin_clzll(upper) : 64 + __builtin_clzll((uint64_t)fraction | 1);
  fraction <<= zeros;
  // 53 bits, and the 53 after them.
  const double unit = 0x1p-64 / (double)(1ull << (zeros < 63 ? zeros : 63));
  const double first = (double)((uint64_t)(fraction >> 75) << 11) * unit;
  const double second = (double)((uint64_t)(fraction >> 22) & 0x001FFFFFFFFFFFFF) * 0x1p-42 * unit;
  const double half_pi = 0x1.921fb54442d18p+0, half_pi_rest = 0x1.1a62633145c07p-54;
  const double whole = first * half_pi;
  const double left =
      __builtin_elementwise_fma(first, half_pi, -whole) + (first * half_pi_rest + second * half_pi);
  *r = negative ? -(whole + left) : whole + left;
  const double lost = (whole - (whole + left)) + left;
  *rest = negative ? -lost : lost;
  return quarter;
}

#endif
