import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A matrix to learn on: 8 strong directions and a little noise, 256 × 256.
///
/// In numpy, whose legacy generator draws the same numbers in every version:
///
///     np.random.seed(42)
///     U, V = np.random.randn(256, 8) * 2.0, np.random.randn(8, 256) * 2.0
///     M = U @ V + np.random.randn(256, 256) * 0.05
package enum TutorialMatrix {
  package static let side = 256
  package static let directions = 8

  /// The matrix, each element rounded to f32.
  package static var matrix: DenseMatrix {
    var source = LegacyNormal(seed: 42)
    let left = (0..<side * directions).map { _ in source.next() * 2 }
    let right = (0..<directions * side).map { _ in source.next() * 2 }
    var values: [Float] = []
    values.reserveCapacity(side * side)
    for row in 0..<side {
      for column in 0..<side {
        var sum = 0.0
        for direction in 0..<directions {
          sum += left[row * directions + direction] * right[direction * side + column]
        }
        values.append(Float(sum + source.next() * 0.05))
      }
    }
    return DenseMatrix(rows: side, columns: side, values: values)
  }
}

/// numpy's `RandomState(seed).randn`: a Mersenne twister and the polar method.
///
/// Sources: M. Matsumoto, T. Nishimura, Mersenne twister, 1998;
/// <https://github.com/numpy/numpy/blob/main/numpy/random/src/legacy/legacy-distributions.c>.
private struct LegacyNormal {
  private var words: [UInt32]
  private var position = 624
  private var kept: Double?

  init(seed: UInt32) {
    words = [seed]
    for index in 1..<624 {
      let last = words[index - 1]
      words.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
    }
  }

  mutating func next() -> Double {
    if let kept {
      self.kept = nil
      return kept
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      kept = factor * x
      return factor * y
    }
  }

  /// A multiple of 2⁻⁵³ in [0, 1).
  private mutating func uniform() -> Double {
    let (high, low) = (word() >> 5, word() >> 6)
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  private mutating func word() -> UInt32 {
    if position == 624 { turn() }
    var value = words[position]
    position += 1
    value ^= value >> 11
    value ^= (value << 7) & 0x9D2C_5680
    value ^= (value << 15) & 0xEFC6_0000
    return value ^ (value >> 18)
  }

  private mutating func turn() {
    for index in 0..<624 {
      let mixed = (words[index] & 0x8000_0000) | (words[(index + 1) % 624] & 0x7FFF_FFFF)
      words[index] =
        words[(index + 397) % 624] ^ (mixed >> 1) ^ (mixed & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    position = 0
  }
}
