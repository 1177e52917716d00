import Adapters
import AdapterSamples
import Kernels
import Tensors
import Testing
import TestSupport

/// What goes in reversibly comes out with the bits it had.
struct ReversibleMergeTests {
  @Test(arguments: GoldenMerge.cases)
  func `every kind of adapter comes out of its base again`(_ name: String) throws {
    let golden = try GoldenMerge(name)
    try ScratchFolder.with { scratch in
      let model = ReversibleModel(golden.base, in: scratch)
      let adapter = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
      let merged = try model.merge([adapter], into: golden.base, as: "merged")
      #expect(try merged.allTensors() == golden.merge(to: scratch.path("plain")).allTensors())
      let restored = try model.unmerge(merged, [[adapter]], as: "restored")
      #expect(try restored.allTensors() == golden.base.allTensors())
      #expect(try restored.fingerprint() == golden.base.fingerprint())
    }
  }

  @Test(arguments: ReversibleModel.types, [1e-4, 0.01, 0.5, 10])
  func `weights of several chunks come out, special ones among them`(
    _ type: DType, _ size: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(type, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: size)
      let merged = try model.merge([adapter], into: model.base, as: "merged.safetensors")
      let restored = try model.unmerge(merged, [[adapter]], as: "restored.safetensors")
      #expect(try restored.allTensors() == model.base.allTensors())
      #expect(try scratch.read("restored.safetensors") != scratch.read("merged.safetensors"))
      #expect(restored.metadata?["lora.merged"] == nil)
    }
  }

  @Test(arguments: ReversibleModel.types)
  func `any sequence of swaps ends in the bits of a direct merge`(_ type: DType) throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(type, in: scratch)
      let adapters = try (0..<3).map {
        try model.adapter("a\($0)", seed: UInt64($0), size: [0.01, 0.5, 3][$0])
      }
      var merged = try model.merge([adapters[0]], into: model.base, as: "m0.safetensors")
      var inside = [adapters[0]]
      for (round, next) in [[1], [2, 0], [1, 2], [0]].enumerated() {
        let new = next.map { adapters[$0] }
        merged = try model.swap(merged, [inside], for: new, as: "m\(round + 1).safetensors")
        inside = new
        let direct = try model.merge(new, into: model.base, as: "direct\(round).safetensors")
        #expect(try merged.allTensors() == direct.allTensors())
      }
      let restored = try model.unmerge(merged, [inside], as: "restored.safetensors")
      #expect(try restored.allTensors() == model.base.allTensors())
    }
  }

  @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
  func `stacked merges are taken out one by one in any order`(_ order: [Int]) throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapters = try (0..<3).map {
        try model.adapter("a\($0)", seed: UInt64($0), size: [0.02, 0.5, 1][$0])
      }
      var merged = model.base
      for (number, adapter) in adapters.enumerated() {
        merged = try model.merge([adapter], into: merged, as: "s\(number).safetensors")
      }
      var inside = [0, 1, 2]
      for taken in order {
        let position = try #require(inside.firstIndex(of: taken))
        merged = try model.unmerge(
          merged, inside.map { [adapters[$0]] }, taking: [position], as: "t\(taken).safetensors")
        inside.remove(at: position)
        var direct = model.base
        for number in inside {
          let name = "d\(taken)-\(number).safetensors"
          direct = try model.merge([adapters[number]], into: direct, as: name)
        }
        #expect(try merged.allTensors() == direct.allTensors())
      }
      #expect(try merged.fingerprint() == model.base.fingerprint())
    }
  }

  @Test func `stacked merges are taken out together`() throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.f16, in: scratch)
      let first = try model.adapter("a", seed: 1, size: 0.1)
      let second = try model.adapter("b", seed: 2, size: 0.1)
      let one = try model.merge([first], into: model.base, as: "one.safetensors")
      let two = try model.merge([second], into: one, as: "two.safetensors")
      let restored = try model.unmerge(two, [[first], [second]], as: "restored.safetensors")
      #expect(try restored.allTensors() == model.base.allTensors())
    }
  }

  @Test func `a folder carries the remainders of all its merges`() throws {
    let golden = try GoldenMerge("llama-bf16-all-linear")
    try ScratchFolder.with { scratch in
      let model = ReversibleModel(golden.base, in: scratch)
      let first = WeightedAdapter(try AdapterFile.open(golden.adapterPath))
      try SampleAdapter([("model.layers.0.self_attn.q_proj", 64, 64)]).write(
        to: scratch.path("other"))
      let second = WeightedAdapter(try AdapterFile.open(scratch.path("other")))
      let one = try model.merge([first], into: golden.base, as: "one")
      let two = try model.merge([second], into: one, as: "two")
      #expect(scratch.holds("two/lora_remainder.safetensors"))
      #expect(scratch.holds("two/lora_remainder-2.safetensors"))
      let restored = try model.unmerge(two, [[first], [second]], as: "restored")
      #expect(try restored.allTensors() == golden.base.allTensors())
      #expect(!scratch.holds("restored/lora_remainder.safetensors"))
    }
  }

  @Test func `threads do not change a byte of the remainder`() throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: 0.1)
      for threads in [1, 2, 7] {
        _ = try model.merge(
          [adapter], into: model.base, as: "m\(threads).safetensors", threads: threads)
      }
      let one = try scratch.read("m1.safetensors.remainder.safetensors")
      for threads in [2, 7] {
        #expect(try scratch.read("m\(threads).safetensors.remainder.safetensors") == one)
      }
    }
  }
}
