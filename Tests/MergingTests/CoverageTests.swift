import Adapters
import AdapterSamples
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// Nothing of an adapter is skipped in silence.
struct CoverageTests {
  @Test(arguments: GoldenMerge.cases)
  func `every tensor of the adapter is in the ledger once`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    let adapter = try AdapterFile.open(golden.adapterPath)
    let plan = try MergePlan(
      [WeightedAdapter(adapter)], into: golden.base.entries,
      configuration: golden.base.configuration)
    let file = try TensorFile.open(golden.adapterPath + "/adapter_model.safetensors")
    let tensors = file.header.entries.map(\.name).sorted()
    #expect(plan.ledger.entries.map(\.tensor).sorted() == tensors)
  }

  @Test func `an untrained adapter changes nothing, and says so`() throws {
    var sample = SampleAdapter([("0", 10, 24)])
    sample.tensors[1].tensor = Tensor([Float](repeating: 0, count: 48), shape: [24, 2])
    try ScratchFolder.with { scratch in
      let error = try #require(throws: AdapterError.self) {
        try sample.merge(
          into: Fixtures.path("merge/bases/mlp-f32"), as: "merged", in: scratch)
      }
      #expect(error.description.contains("0 tensors change"))
      #expect(error.description.contains("1 of 1 modules have an all-zero lora_B"))
      #expect(try scratch.names() == ["adapter"])
    }
  }

  @Test func `a module that stays as it was is a warning`() throws {
    var sample = SampleAdapter([("0", 10, 24), ("4", 16, 5)])
    sample.tensors[1].tensor = Tensor([Float](repeating: 0, count: 48), shape: [24, 2])
    try ScratchFolder.with { scratch in
      let (_, summary) = try sample.merge(
        into: Fixtures.path("merge/bases/mlp-f32"), as: "merged", in: scratch)
      #expect(summary.notes.count == 1)
      #expect(summary.notes[0].contains("1 of 2 modules have an all-zero lora_B"))
    }
  }

  @Test func `a delta of a two-thousandth is mostly lost in bf16, and the report says so`() throws {
    try ScratchFolder.with { scratch in
      let base = try Self.gaussianBase(.bf16, in: scratch)
      var generator = Generator(seed: 8)
      var sample = SampleAdapter([("layer", 512, 512)])
      // Rank 2 and scaling 3/2: the delta's deviation is 1.5·√2·a·b, here 5e-4 of the weights' 1.
      let factor = (5e-4 / (1.5 * 2.0.squareRoot())).squareRoot()
      sample.tensors[0].tensor = SampleAdapter.random([2, 512], factor, &generator)
      sample.tensors[1].tensor = SampleAdapter.random([512, 2], factor, &generator)
      let (_, summary) = try sample.merge(into: base, as: "merged", in: scratch)
      let total = try #require(summary.survivals.total)
      #expect(abs(total.relativeSize / 5e-4 - 1) < 0.15)
      // Measured elsewhere on a Gaussian delta: 88.6 % do not move, 89.6 % of the delta is lost.
      #expect((0.07...0.16).contains(total.movedShare), "\(total.movedShare)")
      #expect((0.8...1.0).contains(total.error), "\(total.error)")
      let (_, wide) = try sample.merge(into: base, as: "wide.safetensors", in: scratch) {
        $0.options.type = .f32
      }
      let kept = try #require(wide.survivals.total)
      #expect(kept.movedShare > 0.99 && kept.error < 1e-3)
    }
  }

  private static func gaussianBase(_ type: DType, in scratch: ScratchFolder) throws -> String {
    var generator = Generator(seed: 4)
    let weight = SampleAdapter.random([512, 512], 1, &generator)
      .converted(to: try #require(type.floatFormat))
    let path = scratch.path("base.safetensors")
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(synchronizes: false)),
      entries: [("layer.weight", weight.type, weight.shape)])
    try weight.bytes.withBytes { try writer.append($0) }
    try writer.finish()
    return path
  }
}
