import Adapters
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// A remainder is a file like any other: it can be damaged, mixed up or missing.
struct RemainderRefusalTests {
  private static let remainder = "merged.safetensors.remainder.safetensors"

  /// A merge with its adapter, and what a test makes of it.
  private func withMerge(
    _ body: (ReversibleModel, Checkpoint, WeightedAdapter) throws -> Void
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: 0.1)
      let merged = try model.merge([adapter], into: model.base, as: "merged.safetensors")
      try body(model, merged, adapter)
      #expect(!scratch.holds("restored.safetensors"), "nothing is published")
      #expect(try scratch.names().allSatisfy { !$0.hasPrefix(".") }, "nothing is left behind")
    }
  }

  private func message(_ body: () throws -> Void) throws -> String {
    do {
      try body()
    } catch let error as any ReportableError {
      return error.description
    }
    return "no error"
  }

  @Test func `a flipped bit in the remainder is found before the work`() throws {
    try withMerge { model, merged, adapter in
      var bytes = try model.scratch.read(Self.remainder)
      bytes[bytes.count - 10] ^= 4
      try model.scratch.write(bytes, to: Self.remainder)
      let text = try message {
        _ = try model.unmerge(merged, [[adapter]], as: "restored.safetensors")
      }
      #expect(text.contains("is not the remainder that the merge wrote"))
    }
  }

  @Test func `a missing remainder is named`() throws {
    try withMerge { model, merged, adapter in
      let text = try message {
        _ = try model.unmerge(
          merged, [[adapter]], remainders: [model.scratch.path("gone")], as: "restored.safetensors")
      }
      #expect(text.contains("gone: no such file"))
    }
  }

  @Test func `a remainder is found under its temporary name`() throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: 0.1)
      let merged = try model.merge([adapter], into: model.base, as: "merged.safetensors")
      try scratch.write(try scratch.read(Self.remainder), to: ".\(Self.remainder).lora-tmp")
      try scratch.write("of an older merge", to: Self.remainder)
      let restored = try model.unmerge(merged, [[adapter]], as: "restored.safetensors")
      #expect(try restored.allTensors() == model.base.allTensors())
    }
  }

  @Test func `a merged file that was changed does not come out`() throws {
    try withMerge { model, _, adapter in
      var bytes = try model.scratch.read("merged.safetensors")
      bytes[bytes.count - 1] ^= 1
      try model.scratch.write(bytes, to: "merged.safetensors")
      let changed = try Checkpoint.open(model.scratch.path("merged.safetensors"))
      let text = try message {
        _ = try model.unmerge(changed, [[adapter]], as: "restored.safetensors")
      }
      #expect(text.contains("was changed after the merge"))
    }
  }

  @Test func `another adapter is refused`() throws {
    try withMerge { model, merged, _ in
      let other = try model.adapter("b", seed: 2, size: 0.1)
      let text = try message {
        _ = try model.unmerge(merged, [[other]], as: "restored.safetensors")
      }
      #expect(text.contains("is not the adapter that was merged"))
    }
  }

  @Test func `a merge without a remainder says what is left to do`() throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: 0.1)
      let path = scratch.path("merged.safetensors")
      _ = try Merge([adapter], into: model.base, to: .forTests(path, like: model.base)).run()
      let merged = try Checkpoint.open(path)
      let text = try message {
        _ = try model.unmerge(merged, [[adapter]], as: "restored.safetensors")
      }
      #expect(text.contains("without --reversible"))
      #expect(text.contains("give --base"))
    }
  }

  @Test(arguments: [(DType.f16, 1e8), (.bf16, 1e42), (.f32, 1e42)])
  func `a merge that overflows is refused and leaves nothing`(
    _ type: DType, _ size: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(type, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: size)
      let text = try message {
        _ = try model.merge([adapter], into: model.base, as: "merged.safetensors")
      }
      #expect(text.contains("becomes"))
      #expect(try scratch.names() == ["a", "base.safetensors"])
    }
  }

  @Test func `a merge that changes types or shapes is not reversible`() throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: 0.1)
      let path = scratch.path("merged.safetensors")
      var merge = Merge([adapter], into: model.base, to: .forTests(path, like: model.base))
      merge.isReversible = true
      merge.options.type = .f32
      #expect(try message { _ = try merge.run() }.contains("is not reversible"))
      let stream = EditOutput(
        .standardOutput,
        settings: CheckpointWriter.Settings(
          output: OutputOptions(), compression: .none, threads: 1))
      merge = Merge([adapter], into: model.base, to: stream)
      merge.isReversible = true
      #expect(try message { _ = try merge.run() }.contains("write a file or a folder"))
      #expect(try scratch.names() == ["a", "base.safetensors"])
    }
  }

  @Test func `a remainder whose name is taken is refused before the work`() throws {
    try ScratchFolder.with { scratch in
      let model = try ReversibleModel(.bf16, in: scratch)
      let adapter = try model.adapter("a", seed: 1, size: 0.1)
      try scratch.write("mine", to: Self.remainder)
      let text = try message {
        _ = try model.merge([adapter], into: model.base, as: "merged.safetensors")
      }
      #expect(text.contains("exists; use --force"))
      #expect(!scratch.holds("merged.safetensors"))
      #expect(try scratch.read(Self.remainder) == Array("mine".utf8))
    }
  }
}
