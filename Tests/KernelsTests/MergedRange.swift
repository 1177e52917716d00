import Kernels
import Testing

/// A range of weights, what they became by a merge, and what was added.
struct MergedRange {
  let format: FloatFormat
  let weight: [UInt8]
  let merged: [UInt8]
  let parts: RangeUpdate
  private(set) var update: PackedUpdate?

  init(format: FloatFormat, weight: [UInt8], merged: [UInt8], parts: RangeUpdate) {
    self.format = format
    self.weight = weight
    self.merged = merged
    self.parts = parts
  }

  /// A merge into `weights`, or into a bell of deviation 0.02, of a delta of that relative size; an
  /// infinite one has special numbers in its factors.
  init(
    _ format: FloatFormat, rows: Int, columns: Int, deltaSize: Double, weights: [UInt64]? = nil,
    numbers: inout SeededNumbers
  ) throws {
    let rank = 4
    let count = rows * columns
    let weights =
      weights
      ?? (0..<count).map { _ in naiveEncode(numbers.normal() * 0.02 / bellWidth, format) }
    let plain = Pair(rows: rows, columns: columns, rank: rank, wide: true, numbers: &numbers)
    // Products of two such numbers, of which `rank` are added.
    let scale = 0.02 / (bellWidth * bellWidth * Double(rank).squareRoot())
    var up = plain.up.map { $0 * scale * (deltaSize.isFinite ? deltaSize : 1) }
    if !deltaSize.isFinite {
      for special in [Double.nan, .infinity, -.infinity, 1e300, -1e-300, -0.0] {
        up[Int.random(in: 0..<up.count, using: &numbers)] = special
      }
    }
    let pair = Pair(rows: rows, columns: columns, rank: rank, up: up, down: plain.down)
    let update = try pair.packed(for: format)
    let bytes = format.bytes(weights)
    var result = bytes
    result.withMutableBytes { update.apply(to: format, elements: 0..<count, in: &$0) }
    self.init(
      format: format, weight: bytes, merged: result,
      parts: RangeUpdate([RangeUpdate.Part(update, 0..<count)]))
    self.update = update
  }

  func code(_ instructions: InstructionSet = .best) -> [UInt8] {
    weight.withBytes { weight in
      merged.withBytes { merged in
        (try? Remainder.encode(
          weight, merged: merged, format: format, update: parts, using: instructions)) ?? []
      }
    }
  }

  func confirmed(_ code: [UInt8]) throws(RemainderFailure) -> [UInt8] {
    try weight.withBytes { (weight) throws(RemainderFailure) in
      try merged.withBytes { (merged) throws(RemainderFailure) in
        try Remainder.confirmed(code, of: weight, merged: merged, format: format, update: parts)
      }
    }
  }

  func original(
    from code: [UInt8], _ instructions: InstructionSet = .best
  ) throws(RemainderFailure) -> [UInt8] {
    var result = [UInt8](repeating: 0xA5, count: merged.count)
    try merged.withBytes { (merged) throws(RemainderFailure) in
      try result.withMutableBytes { (result) throws(RemainderFailure) in
        try Remainder.decode(
          code, merged: merged, format: format, update: parts, into: &result,
          using: instructions)
      }
    }
    return result
  }

  /// Merges again, and encodes at once.
  func mergeAgain(
    _ instructions: InstructionSet = .best
  ) throws -> (merged: [UInt8], code: [UInt8]) {
    var result = [UInt8](repeating: 0xA5, count: weight.count)
    let code = try weight.withBytes { weight in
      try result.withMutableBytes { result in
        try Remainder.merge(
          weight, format: format, update: parts, into: &result, using: instructions)
      }
    }
    return (result, code)
  }

  func expectRoundTrip() throws {
    let code = code()
    #expect(code.count <= Remainder.bound(of: weight.count))
    #expect(try original(from: code) == weight)
    let difference = weight.withBytes { weight in
      merged.withBytes { Remainder.encodeDifference(weight, merged: $0, format: format) }
    }
    #expect(try original(from: difference) == weight)
  }
}

/// The standard deviation of `SeededNumbers.normal`, a sum of four even numbers from −1 to 1.
private let bellWidth = (4.0 / 3).squareRoot()
