import Adapters
import AdapterSamples
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// A merge of every kind is its formula, in every type and form, with a user's weight.
struct KindLawTests {
  static let types: [DType] = [.f64, .f32, .f16, .bf16]

  @Test(arguments: KindCase.allCases, types)
  func `the merged weight is the formula's, rounded once`(
    _ kind: KindCase, _ type: DType
  ) throws {
    for form in Form.allCases {
      for weight in kind.isWeighted ? [1, 0.6] : [1] {
        try ScratchFolder.with { scratch in
          let model = try KindModel(kind, type, in: scratch)
          let merged = try model.merge(form, weight: weight)
          #expect(model.complaint(merged, weight: weight) == nil, "\(form) @\(weight)")
          #expect(merged["other.weight"] == model.other)
        }
      }
    }
  }

  @Test(arguments: KindCase.allCases, types)
  func `a reversible merge of any weight comes out again`(
    _ kind: KindCase, _ type: DType
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try KindModel(kind, type, in: scratch)
      let reversible = ReversibleModel(try Checkpoint.open(model.basePath), in: scratch)
      let adapter = WeightedAdapter(
        try AdapterFile.open(model.adapterPath), weight: kind.isWeighted ? 0.6 : 1)
      let merged = try reversible.merge([adapter], into: reversible.base, as: "m.safetensors")
      let restored = try reversible.unmerge(merged, [[adapter]], as: "r.safetensors")
      #expect(try restored.allTensors() == reversible.base.allTensors())
    }
  }

  @Test(arguments: KindCase.allCases)
  func `what adds up is subtracted without a remainder, all else is refused by name`(
    _ kind: KindCase
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try KindModel(kind, .f64, in: scratch)
      let base = try Checkpoint.open(model.basePath)
      let adapter = WeightedAdapter(try AdapterFile.open(model.adapterPath))
      let (there, back) = (scratch.path("m.safetensors"), scratch.path("r.safetensors"))
      _ = try Merge([adapter], into: base, to: .forTests(there, like: base)).run()
      let merged = try Checkpoint.open(there)
      let unmerge = Unmerge(
        merged, by: .approximate([[adapter]]), to: .forTests(back, like: merged))
      guard kind.isAdditive else {
        let error = #expect(throws: ErrorList.self) { try unmerge.run() }
        #expect(error?.description.contains(kind.prefix + "mid_conv.") ?? false)
        return
      }
      _ = try unmerge.run()
      let found = try Checkpoint.open(back).allTensors()["mid.conv.weight"]?.doubles ?? []
      let wanted = try base.allTensors()["mid.conv.weight"]?.doubles ?? []
      #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }
}
