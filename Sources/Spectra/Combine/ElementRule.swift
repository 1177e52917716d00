import Adapters
import Tensors

/// Adds several tensors of one shape element by element, after leaving some elements out.
///
/// Source: <https://github.com/huggingface/peft/blob/main/src/peft/utils/merge_utils.py>
struct ElementRule: Sendable {
  let rule: CombinationMethod.Rule
  /// The share of elements that is kept.
  let density: Double
  let election: SignElection

  /// The combination of `parts`.
  ///
  /// - Parameters:
  ///   - parts: As many values each.
  ///   - weights: One for each part.
  ///   - mask: Draws which elements of a part are kept, for the dropping rules.
  /// - Returns: As many values as each part has.
  /// - Throws: What `mask` throws.
  func combined(
    _ parts: [[Float]], weights: [Double],
    mask: (_ part: Int, _ count: Int) throws(AdapterError) -> [Bool]
  ) throws(AdapterError) -> [Float] {
    var sparse: [[Float]] = []
    switch rule {
    case .sum: sparse = parts
    case .trimmedSum, .trimmedElection: sparse = parts.map(trimmed)
    case .droppedSum, .droppedElection:
      for (index, part) in parts.enumerated() {
        sparse.append(dropped(part, keeping: density < 1 ? try mask(index, part.count) : []))
      }
    }
    switch rule {
    case .sum, .trimmedSum, .droppedSum: return sum(sparse, weights)
    case .trimmedElection, .droppedElection: return elected(sparse, weights)
    }
  }

  /// The `Int(density · count)` largest magnitudes, the first of equal ones; the others zero.
  private func trimmed(_ values: [Float]) -> [Float] {
    guard density < 1 else { return values }
    let count = Int(density * Double(values.count))
    guard count > 0 else { return values.map { _ in 0 } }
    let threshold = MagnitudeThreshold(of: values, keeping: count)
    var equal = threshold.equalCount
    return values.map { value in
      if value.magnitude > threshold.magnitude { return value }
      guard value.magnitude == threshold.magnitude, equal > 0 else { return 0 }
      equal -= 1
      return value
    }
  }

  /// What is kept, divided by the density: the sum stays the same on average.
  private func dropped(_ values: [Float], keeping mask: [Bool]) -> [Float] {
    guard density < 1 else { return values }
    let scale = Float(density)
    return zip(values, mask).map { $1 ? $0 / scale : 0 }
  }

  private func sum(_ parts: [[Float]], _ weights: [Double]) -> [Float] {
    var result = [Float](repeating: 0, count: parts[0].count)
    for index in result.indices {
      var sum = 0.0
      for (part, weight) in zip(parts, weights) { sum += weight * Double(part[index]) }
      result[index] = Float(sum)
    }
    return result
  }

  /// The weighted mean of those that have the elected sign, weighted by 1 / how many they are.
  private func elected(_ parts: [[Float]], _ weights: [Double]) -> [Float] {
    var result = [Float](repeating: 0, count: parts[0].count)
    for index in result.indices {
      var (votes, sum, count) = (0.0, 0.0, 0)
      for part in parts { votes += election.vote(of: part[index]) }
      for (part, weight) in zip(parts, weights) {
        let value = part[index]
        // A tie is positive; zeros have no sign and never agree.
        guard votes >= 0 ? value > 0 : value < 0 else { continue }
        sum += weight * Double(value)
        count += 1
      }
      if count > 0 { result[index] = Float(sum / Double(count)) }
    }
    return result
  }
}

/// How a sign is elected.
package enum SignElection: String, Sendable, CaseIterable {
  /// The sign of the sum.
  case total
  /// The sign that more have.
  case frequency

  func vote(of value: Float) -> Double {
    switch self {
    case .total: Double(value)
    case .frequency: value > 0 ? 1 : value < 0 ? -1 : 0
    }
  }
}

/// The magnitude that so many values reach or exceed, found by counting, without sorting.
struct MagnitudeThreshold {
  let magnitude: Float
  /// How many of those that are equal to it belong to the largest.
  let equalCount: Int

  /// - Parameters:
  ///   - values: Finite numbers.
  ///   - count: At least 1, at most the number of values.
  init(of values: [Float], keeping count: Int) {
    // Magnitudes have the order of their bits: the upper half first, then the lower half.
    var (prefix, left) = (UInt32(0), count)
    for (shift, mask) in [(UInt32(16), UInt32(0)), (0, 0xFFFF_0000)] {
      var histogram = [Int](repeating: 0, count: 1 << 16)
      for value in values {
        let bits = value.magnitude.bitPattern
        if bits & mask == prefix & mask { histogram[Int((bits >> shift) & 0xFFFF)] += 1 }
      }
      var digit = 0xFFFF
      while histogram[digit] < left {
        left -= histogram[digit]
        digit -= 1
      }
      prefix |= UInt32(digit) << shift
    }
    magnitude = Float(bitPattern: prefix)
    equalCount = left
  }
}
