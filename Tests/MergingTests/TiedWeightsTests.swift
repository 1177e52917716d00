import Adapters
import AdapterSamples
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// A base that stores one matrix for input embedding and output layer, `[256, 64]` in bf16.
struct TiedWeightsTests {
  static let base = Fixtures.path("merge/bases/llama-tied-bf16")
  static let embedding = "model.embed_tokens.weight"

  private static let head = SampleAdapter([("lm_head", 64, 256)])

  @Test func `an output layer alone is not changed behind the embedding's back`() throws {
    try ScratchFolder.with { scratch in
      let error = try #require(throws: ErrorList.self) {
        try Self.head.merge(into: Self.base, as: "merged", in: scratch)
      }
      #expect(error.description.contains("lm_head.weight, which the base ties to"))
      #expect(error.description.contains("--tied untie"))
      #expect(!scratch.holds("merged"))
    }
  }

  @Test func `untied, the output layer gets a matrix of its own`() throws {
    try ScratchFolder.with { scratch in
      let (merged, _) = try Self.head.merge(into: Self.base, as: "merged", in: scratch) {
        $0.options.choices.tied = .untie
      }
      let (both, _) = try Self.head.merge(into: Self.base, as: "both", in: scratch) {
        $0.options.choices.tied = .both
      }
      let before = try Checkpoint.open(Self.base).allTensors()
      let tensors = try merged.allTensors()
      #expect(tensors[Self.embedding] == before[Self.embedding])
      #expect(merged.config?["tie_word_embeddings"] == false)
      #expect(merged.entries.count == before.count + 1)
      let shared = try both.allTensors()
      #expect(shared["lm_head.weight"] == nil)
      #expect(shared[Self.embedding] == tensors["lm_head.weight"])
      #expect(shared[Self.embedding] != before[Self.embedding])
      #expect(both.config?["tie_word_embeddings"] == true)
    }
  }

  @Test func `untied and reversible at once is refused with what is possible`() throws {
    try ScratchFolder.with { scratch in
      let error = try #require(throws: AdapterError.self) {
        try Self.head.merge(into: Self.base, as: "merged", in: scratch) {
          $0.options.choices.tied = .untie
          $0.isReversible = true
        }
      }
      #expect(error.description.contains("unties tied weights is not reversible"))
      #expect(error.description.contains("--tied both"))
      #expect(error.description.contains("unmerge --base"))
      #expect(try scratch.names() == ["adapter"])
    }
  }

  @Test func `untied, an embedding's update leaves the output layer as it was`() throws {
    try ScratchFolder.with { scratch in
      let golden = Fixtures.path("merge/llama-embedding-tied/adapter")
      let checkpoint = try Checkpoint.open(Self.base)
      var merge = Merge(
        [WeightedAdapter(try AdapterFile.open(golden))], into: checkpoint,
        to: .forTests(scratch.path("merged"), like: checkpoint))
      merge.options.choices.tied = .untie
      _ = try merge.run()
      let merged = try Checkpoint.open(scratch.path("merged"))
      let tensors = try merged.allTensors()
      let before = try checkpoint.allTensors()
      #expect(tensors["lm_head.weight"] == before[Self.embedding])
      #expect(tensors[Self.embedding] != before[Self.embedding])
    }
  }

  @Test func `an untied merge is verified, and unmerged to the tied base`() throws {
    try ScratchFolder.with { scratch in
      let (merged, _) = try Self.head.merge(into: Self.base, as: "merged", in: scratch) {
        $0.options.choices.tied = .untie
      }
      let base = try Checkpoint.open(Self.base)
      let state = try #require(
        try MergedState(metadata: merged.metadata, file: "merged"))
      let adapter = WeightedAdapter(try AdapterFile.open(scratch.path("adapter")))
      let verify = Verify(
        merged, against: base, steps: [([adapter], state.steps[0].options)], threads: 2)
      #expect(try verify.run() == [])
      let unmerge = Unmerge(
        merged, by: .base(base), to: .forTests(scratch.path("restored"), like: merged))
      _ = try unmerge.run()
      let restored = try Checkpoint.open(scratch.path("restored"))
      #expect(try restored.allTensors() == base.allTensors())
      #expect(restored.config == base.config)
    }
  }

  @Test func `a bare file does not know that weights are tied`() throws {
    try ScratchFolder.with { scratch in
      try Self.head.write(to: scratch.path("adapter"))
      try scratch.copy(Self.base + "/model.safetensors", as: "base.safetensors")
      // There is no config.json beside it, so the name is unknown.
      let result = try Tool.shell(
        "cat base.safetensors | $LORA merge - adapter -o - --tied untie", in: scratch.root)
      #expect(result.exitCode == 65)
      #expect(result.errorText.contains("the base has no \"lm_head.weight\""))
    }
  }
}
