import Kernels
import Merging
import Tensors
import Testing
import TestSupport

/// Another tool's way to compute, by the words that name it.
private struct Way: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let tool: OtherTool
  var base = FloatFormat.bf16
  var result = FloatFormat.bf16
  var weight = 1.0
  var adapterCount = 1
  var isExact = false
}

private let ways = [
  Way(
    testDescription: "f32 in another order of summation", tool: OtherTool(), base: .f32,
    result: .f32),
  Way(
    testDescription: "exact", tool: OtherTool(isBackwards: false), base: .bf16, isExact: true),
  Way(
    testDescription: "the delta rounded to bf16 before it is added (PEFT)",
    tool: OtherTool(held: .bf16, delta: .bf16)),
  Way(
    testDescription: "the delta rounded to f16 before it is added (PEFT)",
    tool: OtherTool(held: .f16, delta: .f16), base: .f32, result: .f16),
  Way(
    testDescription:
      "B·A, scaling and sum rounded to bf16 in turn (torch, kohya in half precision)",
    tool: OtherTool(held: .bf16, product: .bf16, delta: .bf16)),
  Way(
    testDescription:
      "B·A, scaling and sum rounded to f16 in turn (torch, kohya in half precision), "
      + "the factors rounded to f16 before",
    tool: OtherTool(held: .f16, factors: .f16, product: .f16, delta: .f16, splitsScale: true),
    base: .f32, result: .f16, weight: 0.6),
  Way(
    testDescription: "base and sum in f16, the delta in f32", tool: OtherTool(held: .f16),
    base: .f32, result: .f16),
  Way(
    testDescription: "base and sum in bf16, the delta in f32", tool: OtherTool(held: .bf16),
    base: .f32, result: .f32),
  Way(
    testDescription: "the merged weight less the base in bf16, added again (mergekit's task "
      + "arithmetic)", tool: OtherTool(held: .bf16, isTaskArithmetic: true), weight: 0.7),
  Way(
    testDescription: "base and sum in bf16, the delta in f32, one adapter after the other",
    tool: OtherTool(held: .bf16), adapterCount: 2),
]

struct MergeArithmeticTests {
  @Test(arguments: ways)
  private func `a merge by another tool's rounding holds, and the rounding is named`(
    _ way: Way
  ) throws {
    try ScratchFolder.with { scratch in
      let ground = AuditGround(
        in: scratch, seed: 7, type: way.base, shapes: [[96, 64], [64, 64]], rank: 8,
        adapterCount: way.adapterCount, weight: way.weight)
      let finding = try ground.audit(ground.merged(by: way.tool, as: way.result))
      #expect(finding.answer == .holds, "\(finding.sentence)")
      for module in finding.modules {
        #expect(module.verdict == (way.isExact ? .exact : .withinRounding))
        #expect(way.isExact || module.detail == way.testDescription)
      }
      #expect(finding.others.isEmpty && finding.equalCount == 1)
    }
  }

  /// The bounds must not be so wide that a wrong weight passes for rounding.
  @Test(arguments: [FloatFormat.f32, .bf16, .f16], [0.999, 1.001, 1.01])
  func `a weight that is off by a thousandth is not rounding`(
    _ type: FloatFormat, _ factor: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let ground = AuditGround(in: scratch, seed: 5, type: type, shapes: [[128, 128]], rank: 8)
      let merged = ground.merged(by: OtherTool(), as: type) { _, parts in
        parts.map { part in
          var part = part
          part.scaling *= factor
          return part
        }
      }
      let module = try #require(try ground.audit(merged).modules.first)
      #expect(module.verdict == .otherWeight)
      let found = try #require(module.factors.first.flatMap { $0 })
      #expect(abs(found - factor) < 2e-4, "\(found)")
    }
  }
}
