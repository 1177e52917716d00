import Kernels
import Tensors

/// Some elements of a weight, before and after, with what each adapter adds to them.
struct ElementBatch: Sendable {
  /// One adapter's deltas.
  struct Part: Sendable {
    /// As our chain in f32 has them.
    let values: [Double]
    /// How far off another tool's can be.
    let bounds: [Double]
    /// What stands in front of B·A, and the user's part of it.
    let scale: Double
    let weight: Double
  }

  /// The base's elements.
  let before: [Double]
  /// Those of the file in question.
  let after: [Double]
  /// What the file in question is stored in.
  let format: FloatFormat
  let parts: [Part]

  /// The positions of elements that `arithmetic` cannot have made, rising.
  ///
  /// - Parameters:
  ///   - arithmetic: The way to compute.
  ///   - stopsEarly: Whether some of them are enough, where there are any.
  /// - Returns: The positions.
  func misfits(_ arithmetic: MergeArithmetic, stopsEarly: Bool) -> [Int] {
    var result: [Int] = []
    var start = 0
    while start < before.count, !stopsEarly || result.isEmpty {
      // Small at first, as a wrong way shows at once.
      let end = min(before.count, start + max(256, min(start, 8192)))
      let fits = part(start..<end).fits(arithmetic)
      for (index, isFit) in fits.enumerated() where !isFit { result.append(start + index) }
      start = end
    }
    return result
  }

  private func part(_ range: Range<Int>) -> ElementBatch {
    guard range.count < before.count else { return self }
    return ElementBatch(
      before: Array(before[range]), after: Array(after[range]), format: format,
      parts: parts.map {
        Part(
          values: Array($0.values[range]), bounds: Array($0.bounds[range]), scale: $0.scale,
          weight: $0.weight)
      })
  }

  private func fits(_ arithmetic: MergeArithmetic) -> [Bool] {
    var expected = RoundedInterval(before)
    expected.round(to: arithmetic.held)
    switch arithmetic.order {
    case .together:
      if let sum = delta(arithmetic) { expected.add(sum, in: arithmetic.held) }
    case .oneAfterAnother:
      for part in parts { expected.add(delta(of: part, arithmetic), in: arithmetic.held) }
    case .taskArithmetic:
      for part in parts { expected = tasked(expected, part, arithmetic.held) }
    }
    expected.roundSum(to: format)
    return after.indices.map { expected.low[$0] <= after[$0] && after[$0] <= expected.high[$0] }
  }

  private func delta(_ arithmetic: MergeArithmetic) -> RoundedInterval? {
    guard let first = parts.first else { return nil }
    var sum = delta(of: first, arithmetic)
    for part in parts.dropFirst() {
      sum.add(delta(of: part, arithmetic), in: arithmetic.delta ?? .f32)
    }
    return sum
  }

  private func delta(of part: Part, _ arithmetic: MergeArithmetic) -> RoundedInterval {
    var delta = RoundedInterval(part.values, plusMinus: part.bounds)
    if let product = arithmetic.product {
      delta.multiply(by: 1 / part.scale)
      delta.round(to: product)
      if arithmetic.splitsScale {
        delta.multiply(by: part.weight)
        delta.round(to: product)
        delta.multiply(by: part.scale / part.weight)
      } else {
        delta.multiply(by: part.scale)
      }
    }
    if let format = arithmetic.delta { delta.round(to: format) }
    return delta
  }

  private func tasked(
    _ base: RoundedInterval, _ part: Part, _ held: FloatFormat
  ) -> RoundedInterval {
    var whole = RoundedInterval(part.values, plusMinus: part.bounds)
    whole.multiply(by: 1 / part.weight)
    var tuned = base
    tuned.add(whole, in: held)
    tuned.subtract(base, in: held)
    // The weight is a number of the tensors' type there, and elsewhere not.
    tuned.multiply(between: part.weight, and: [part.weight].rounded(to: held)[0])
    tuned.round(to: held)
    var result = base
    result.add(tuned, in: held)
    return result
  }
}

/// For each element the least and the largest value that it can have, carried through roundings.
///
/// Rounding is monotonic, so that the bounds of a rounded interval are its rounded bounds.
struct RoundedInterval: Sendable {
  private(set) var low: [Double]
  private(set) var high: [Double]

  init(_ values: [Double]) {
    (low, high) = (values, values)
  }

  init(_ values: [Double], plusMinus bounds: [Double]) {
    low = values.indices.map { values[$0] - bounds[$0] }
    high = values.indices.map { values[$0] + bounds[$0] }
  }

  mutating func round(to format: FloatFormat) {
    low = low.rounded(to: format)
    high = high.rounded(to: format)
  }

  /// Multiplies by a number that is not 0, whose own rounding to f32 is allowed for.
  mutating func multiply(by factor: Double) { multiply(between: factor, and: factor) }

  /// Multiplies by one of two numbers, whose own rounding to f32 is allowed for.
  mutating func multiply(between first: Double, and second: Double) {
    for index in low.indices {
      let ends = SIMD4(
        low[index] * first, low[index] * second, high[index] * first, high[index] * second)
      let slack = Swift.max(abs(ends.min()), abs(ends.max())) * 0x1p-23
      low[index] = ends.min() - slack
      high[index] = ends.max() + slack
    }
  }

  /// Adds, and rounds the sum to `format`.
  mutating func add(_ other: RoundedInterval, in format: FloatFormat) {
    for index in low.indices {
      low[index] += other.low[index]
      high[index] += other.high[index]
    }
    roundSum(to: format)
  }

  mutating func subtract(_ other: RoundedInterval, in format: FloatFormat) {
    for index in low.indices {
      low[index] -= other.high[index]
      high[index] -= other.low[index]
    }
    roundSum(to: format)
  }

  /// Rounds a sum, which to half precision may come by way of f32.
  mutating func roundSum(to format: FloatFormat) {
    if format == .bf16 || format == .f16 {
      for index in low.indices {
        low[index] -= abs(low[index]) * 0x1p-24
        high[index] += abs(high[index]) * 0x1p-24
      }
    }
    round(to: format)
  }
}
