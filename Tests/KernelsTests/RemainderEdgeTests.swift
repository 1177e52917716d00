import Kernels
import Testing

/// Codes where formats end: every exponent against every other, and the longest codes there are.
@Suite struct RemainderEdgeTests {
  /// Weights and the numbers that are added to them, as one range.
  private func merge(
    _ format: FloatFormat, _ elements: [(weight: UInt64, delta: Double)]
  ) throws -> MergedRange {
    let pair = Pair(
      rows: 1, columns: elements.count, rank: 1, up: [1], down: elements.map(\.delta))
    let bytes = format.bytes(elements.map(\.weight))
    let update = try pair.packed(for: format)
    var merged = bytes
    merged.withMutableBytes { update.apply(to: format, elements: 0..<elements.count, in: &$0) }
    return MergedRange(
      format: format, weight: bytes, merged: merged,
      parts: RangeUpdate([RangeUpdate.Part(update, 0..<elements.count)]))
  }

  /// The element and those behind it that need no bits, so that the range is coded by candidates.
  private func diluted(
    _ elements: [(weight: UInt64, delta: Double)], _ format: FloatFormat, by count: Int
  ) -> [(weight: UInt64, delta: Double)] {
    let filler = (weight: naiveEncode(0.75, format), delta: 0.0)
    return elements.flatMap { [$0] + Array(repeating: filler, count: count - 1) }
  }

  /// The exponent fields of an update that matter to a weight's: all, or those near it where there
  /// are too many; one that is far above or below leaves nothing of one of the two.
  private func exponents(of format: FloatFormat) -> [(weight: UInt64, delta: UInt64)] {
    guard format == .f64 else {
      let last: UInt64 = format == .f16 ? 31 : 255
      return (0...last).flatMap { weight in (0...255).map { (weight, $0) } }
    }
    let weights = Array(0...80) + Array(stride(from: 81, to: 1960, by: 61)) + Array(1960...2047)
    return weights.flatMap { weight in
      (max(0, weight - 60)...min(2047, weight + 90)).map { (UInt64(weight), UInt64($0)) }
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `every exponent with every other comes out with its bits`(format: FloatFormat) throws {
    let fraction: UInt64 =
      switch format {
      case .f64: 52
      case .f32: 23
      case .f16: 10
      case .bf16: 7
      }
    let last: UInt64 = (1 << fraction) - 1
    let sign: UInt64 = 1 << UInt64(8 * format.byteCount - 1)
    let fractions: [(weight: UInt64, delta: Double)] = [
      (0, 0), (last, 0x1p-23), (1, 1 - 0x1p-23), (last / 3, 0x1p-22 + 0x1p-1),
    ]
    var elements: [(weight: UInt64, delta: Double)] = []
    for (index, (weight, delta)) in exponents(of: format).enumerated() {
      let bias = format == .f64 ? 1023 : 127
      for parts in fractions {
        let size = Double(sign: .plus, exponent: Int(delta) - bias, significand: 1 + parts.delta)
        // The sign of one against that of the other; both turned would only mirror it.
        elements.append((weight << fraction | parts.weight, index % 2 == 0 ? size : -size))
        elements.append((weight << fraction | parts.weight | sign, size))
      }
    }
    for start in stride(from: 0, to: elements.count, by: 100_000) {
      let end = min(start + 100_000, elements.count)
      let range = try merge(format, diluted(Array(elements[start..<end]), format, by: 4))
      let code = range.code(.portable)
      #expect(code[0] == 1, "coded by candidates")
      #expect(code == range.code())
      #expect(try range.original(from: code) == range.weight)
      #expect(try range.original(from: code, .portable) == range.weight)
    }
  }

  /// A number and an update with whose sum the candidates lie around zero, and there are one fewer
  /// than the 2^30 for which none are taken: the sum is odd, so that the ends are not among them.
  private static let longest: [(format: FloatFormat, weights: [UInt64], delta: Double)] = [
    (.f32, [0x1CF2_3456, 0x9CF2_3456, 0x1F7F_FFFF, 0x9F7F_FFFF, 1, 0x8000_0001], 0x1.000006p-39),
    (
      .f64, [0x1234_5678, 0x8000_0000_1234_5678, 0x1FFF_FFFF, 0x8000_0000_1FFF_FFFF, 1],
      0x1.0000000000003p-992
    ),
  ]

  @Test(arguments: longest, [1, 2, 3, 4, 7])
  func `the longest codes have 33 bits, and come out in any place`(
    longest: (format: FloatFormat, weights: [UInt64], delta: Double), distance: Int
  ) throws {
    let count = 40_000 / distance
    let elements = (0..<count).map { index in
      (weight: longest.weights[index % longest.weights.count], delta: longest.delta)
    }
    let range = try merge(
      longest.format, diluted(elements, longest.format, by: distance))
    let code = range.code()
    if 33 * count < 4 * range.weight.count {
      #expect(code.count == 5 + (33 * count + 7) / 8)
      #expect(code[0] == 1)
    }
    for instructions in InstructionSet.available {
      #expect(range.code(instructions) == code, "\(instructions)")
      #expect(try range.original(from: code, instructions) == range.weight, "\(instructions)")
    }
    for cut in 1...5 {
      #expect(throws: RemainderFailure.self) { try range.original(from: code.dropLast(cut)) }
    }
  }
}
