/// A seeded source of random numbers: xoshiro256++, its state filled by splitmix64 from the seed.
///
/// The same seed gives the same numbers on every machine: only integer arithmetic and IEEE
/// additions, products, quotients and square roots are used, never a system's mathematics library.
/// The state is the value itself, so a copy continues where the original stands.
///
/// Sources: <https://prng.di.unimi.it/xoshiro256plusplus.c>,
/// <https://prng.di.unimi.it/splitmix64.c>.
package struct Generator: RandomNumberGenerator, Sendable, Equatable {
  /// The four words that determine everything drawn from here on; never all zero.
  package private(set) var words: [4 of UInt64]

  package init(seed: UInt64) {
    var mixer = seed
    words = InlineArray { _ in splitmix64(&mixer) }
  }

  /// A generator that continues where the one with these `words` stood, or nil when all are zero.
  package init?(words: [4 of UInt64]) {
    guard words[0] | words[1] | words[2] | words[3] != 0 else { return nil }
    self.words = words
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
  }

  package mutating func next() -> UInt64 {
    let result = rotated(words[0] &+ words[3], by: 23) &+ words[0]
    let shifted = words[1] << 17
    words[2] ^= words[0]
    words[3] ^= words[1]
    words[1] ^= words[2]
    words[0] ^= words[3]
    words[2] ^= shifted
    words[3] = rotated(words[3], by: 45)
    return result
  }

  /// A generator of its own, seeded by the next number of this one.
  package mutating func fork() -> Generator {
    Generator(seed: next())
  }

  /// A multiple of 2⁻⁵³ in `[0, 1)`, each as likely as the next.
  package mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number uniform in `[-bound, bound)`.
  package mutating func uniform(within bound: Double) -> Double {
    (2 * uniform() - 1) * bound
  }

  /// A number from the normal distribution of mean 0 and deviation 1, by Marsaglia's polar method.
  ///
  /// Source: G. Marsaglia, T. A. Bray, A convenient method for generating normal variables, 1964.
  package mutating func normal() -> Double {
    while true {
      let x = uniform(within: 1)
      let y = uniform(within: 1)
      let square = x * x + y * y
      if square > 0, square < 1 {
        return x * (-2 * naturalLogarithm(square) / square).squareRoot()
      }
    }
  }

  /// A whole number in `0 ..< bound`, each equally likely: a 128-bit product, its few biased low
  /// halves drawn again.
  ///
  /// Source: D. Lemire, Fast random integer generation in an interval, 2019.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "there is no number below \(bound)")
    let width = UInt64(bound)
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      let threshold = (0 &- width) % width
      while product.low < threshold {
        product = next().multipliedFullWidth(by: width)
      }
    }
    return Int(product.high)
  }

  /// Puts `elements` into an order drawn uniformly from all orders (Fisher and Yates).
  @specialized(where Element == Int)
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, next(below: last + 1))
    }
  }
}

private func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
  (word << count) | (word >> (64 - count))
}

private func splitmix64(_ state: inout UInt64) -> UInt64 {
  state &+= 0x9E37_79B9_7F4A_7C15
  var mixed = state
  mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
  mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
  return mixed ^ (mixed >> 31)
}

/// log x of a positive finite x, within 2 units in the last place.
///
/// x = m·2ᵉ with m in [√½, √2); log m = 2 artanh(s), s = (m - 1)/(m + 1), |s| ≤ 0.1716, whose series
/// after s²³ leaves less than 2⁻⁶².
func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Double(x.exponent)
  var mantissa = x.significand
  if mantissa >= 2.0.squareRoot() {
    mantissa /= 2
    exponent += 1
  }
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var series = 0.0
  for power in stride(from: 23.0, through: 3, by: -2) {
    series = (series + 1 / power) * square
  }
  return exponent * 0.693_147_180_559_945_3 + 2 * s * (1 + series)
}
