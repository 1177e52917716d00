import Containers
import Kernels
import Spectra
import TestSupport
import Testing

/// Two tensors of one element, as bits, and how they compare.
private struct Comparison: Sendable, CustomTestStringConvertible {
  let types: (String, String)
  let bits: (UInt64, UInt64)
  let verdict: ComparedTensor.Verdict

  init(
    _ type: String, _ first: UInt64, _ second: UInt64, as other: String? = nil,
    _ verdict: ComparedTensor.Verdict
  ) {
    types = (type, other ?? type)
    bits = (first, second)
    self.verdict = verdict
  }

  var testDescription: String {
    "\(types.0) \(String(bits.0, radix: 16)), \(types.1) \(String(bits.1, radix: 16))"
  }
}

private let comparisons = [
  // An infinity or a NaN in the place of a number, whichever side has it.
  Comparison("F32", 0x3F80_0000, 0x7FC0_0000, .different),
  Comparison("F32", 0x7F80_0000, 0x3F80_0000, .different),
  Comparison("F32", 0x7F80_0000, 0xFF80_0000, .different),
  Comparison("F32", 0x7F80_0000, 0x7FC0_0000, .different),
  Comparison("F64", 0x3FF0_0000_0000_0000, 0x7FF8_0000_0000_0000, .different),
  Comparison("F16", 0x3C00, 0x7C00, .different),
  Comparison("BF16", 0x3F80, 0x7FC0, .different),
  Comparison("C64", 0x3F80_0000, 0x7FC0_0000_3F80_0000, .different),
  Comparison("F8_E4M3", 0x38, 0x7F, .different),
  Comparison("F8_E5M2", 0x3C, 0x7C, .different),
  Comparison("F8_E5M2", 0x7C, 0x7D, .different),
  Comparison("F32", 0x3F80_0000, 0x7FC0, as: "BF16", .different),
  // The difference of two finite numbers is beyond the largest one, or its square below the smallest.
  Comparison("F64", 0x7FE0_0000_0000_0000, 0xFFE0_0000_0000_0000, .different),
  Comparison("F64", 0, 1, .different),
  // The same value in other bits.
  Comparison("F32", 0, 0x8000_0000, .otherBits),
  Comparison("F32", 0x7FC0_0000, 0xFFC0_0001, .otherBits),
  Comparison("F64", 0, 0x8000_0000_0000_0000, .otherBits),
  Comparison("F16", 0x7E00, 0x7E01, .otherBits),
  Comparison("BF16", 0x8000, 0, .otherBits),
  Comparison("C64", 0x8000_0000_3F80_0000, 0x3F80_0000, .otherBits),
  Comparison("F8_E4M3", 0x80, 0, .otherBits),
  Comparison("F8_E4M3", 0x7F, 0xFF, .otherBits),
  Comparison("F8_E5M2", 0x7D, 0xFE, .otherBits),
  // Types that have one zero and one NaN, and integers.
  Comparison("F8_E4M3FNUZ", 0x80, 0, .different),
  Comparison("I8", 0x80, 0, .different),
  Comparison("I32", 0x8000_0000, 0, .different),
  // The same value.
  Comparison("F32", 0x7F80_0000, 0x7F80_0000, .equal),
  Comparison("F32", 0x7FC0_0000, 0x7FC0, as: "BF16", .equal),
  Comparison("F16", 0x7C00, 0x7FF0_0000_0000_0000, as: "F64", .equal),
  Comparison("F32", 0x8000_0000, 0, as: "F64", .equal),
]

@Suite struct SameValuesTests {
  @Test(arguments: comparisons, [0, 1e300])
  private func `equal means the same values, whatever the tolerance`(
    _ comparison: Comparison, tolerance: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let sides = [
        (comparison.types.0, comparison.bits.0), (comparison.types.1, comparison.bits.1),
      ]
      let checkpoints = try sides.enumerated().map { index, side in
        try Checkpoint.open(
          try scratch.write(file(type: side.0, bits: side.1), to: "\(index).safetensors"))
      }
      var comparing = CheckpointComparison(
        CheckpointPair(checkpoints[0], checkpoints[1], threads: 1))
      comparing.tolerance = tolerance
      let found = try #require(try comparing.run().first)
      #expect(found.verdict == comparison.verdict)
      #expect(found.differingCount == (comparison.verdict == .different ? 1 : 0))
      #expect(found.otherBitsCount == (comparison.verdict == .otherBits ? 1 : 0))
    }
  }

  /// A file with one tensor of one element.
  private func file(type: String, bits: UInt64) -> [UInt8] {
    let size = ["F64": 8, "C64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2][type] ?? 1
    let data = (0..<size).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
    return RawSafetensors.bytes(
      header: "{\"w\":{\"dtype\":\"\(type)\",\"shape\":[1],\"data_offsets\":[0,\(size)]}}",
      data: data)
  }
}
