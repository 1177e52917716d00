import AdapterSamples
import Containers
import JSON
import Kernels
import Merging
import Tensors
import Testing
import TestSupport

/// Merges that PEFT made: the changed tensors in f32, all others byte for byte.
struct GoldenMergeTests {
  @Test func `the fixtures are there`() {
    #expect(GoldenMerge.cases.count == 32)
  }

  @Test(arguments: GoldenMerge.cases)
  func `a merge fits PEFT's`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged"))
      let expected = try TensorFile.open(golden.expectedPath)
      let changed = Dictionary(
        uniqueKeysWithValues: try expected.tensors().map { ($0.0.name, $0.1) })
      let base = try golden.base.allTensors()
      for (name, tensor) in try merged.allTensors() {
        let before = try #require(base[name])
        #expect(tensor.type == before.type && tensor.shape == before.shape, "\(name)")
        if let wanted = changed[name] {
          let complaint = golden.complaint(tensor, wanted)
          #expect(complaint == nil, "\(name): \(complaint ?? "")")
        } else {
          #expect(tensor == before, "\(name) must not change")
        }
      }
      #expect(merged.entries.count == golden.base.entries.count)
    }
  }

  /// Half precision with a power-of-two scale leaves no room: f32 sum, one rounding.
  @Test(arguments: ["llama-bf16-all-linear", "llama-f16", "llama-tied", "qwen2-lora-bias"])
  func `a half-precision merge is the f32 merge, rounded`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let merged = try golden.merge(to: scratch.path("merged")).allTensors()
      for (entry, wanted) in try TensorFile.open(golden.expectedPath).tensors() {
        let tensor = try #require(merged[entry.name])
        #expect(tensor == wanted.converted(to: try #require(tensor.type.floatFormat)))
      }
    }
  }
}
