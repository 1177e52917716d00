import Adapters
import AdapterSamples
import Containers
import Merging
import Tensors
import Testing
import TestSupport

/// Adapters trained after tokens were added: their embedding has more rows than the base's 256.
struct VocabularyTests {
  static let base = Fixtures.path("merge/bases/llama-f32")

  private static func grown(by count: Int) -> SampleAdapter {
    var generator = Generator(seed: 5)
    var sample = SampleAdapter([("model.layers.0.self_attn.q_proj", 64, 64)])
    sample.settings.append(("modules_to_save", ["embed_tokens", "lm_head"]))
    for name in ["model.embed_tokens.weight", "lm_head.weight"] {
      sample.tensors.append(
        (
          "base_model.model.\(name)",
          SampleAdapter.random([256 + count, 64], 0.02, &generator)
        ))
    }
    return sample
  }

  @Test func `another number of tokens is refused with the way out`() throws {
    try ScratchFolder.with { scratch in
      let error = try #require(throws: ErrorList.self) {
        try Self.grown(by: 3).merge(into: Self.base, as: "merged", in: scratch)
      }
      #expect(error.description.contains("has 259 rows"))
      #expect(error.description.contains("--resize-vocab"))
      #expect(!scratch.holds("merged"))
    }
  }

  @Test func `another number of tokens is not reversible, and the way out is named`() throws {
    try ScratchFolder.with { scratch in
      let error = try #require(throws: AdapterError.self) {
        try Self.grown(by: 3).merge(into: Self.base, as: "merged", in: scratch) {
          $0.options.choices.resizesVocabulary = true
          $0.isReversible = true
        }
      }
      #expect(error.description.contains("changes the number of tokens is not reversible"))
      #expect(error.description.contains("unmerge --base"))
      #expect(try scratch.names() == ["adapter"])
    }
  }

  @Test(arguments: [3, -2])
  func `the vocabulary changes with its configuration and tokenizer`(_ count: Int) throws {
    let sample = Self.grown(by: count)
    try ScratchFolder.with { scratch in
      try scratch.write("{\"new\": true}", to: "tokenizer-of-adapter")
      try sample.write(to: scratch.path("adapter"))
      try scratch.write("{\"new\": true}", to: "adapter/tokenizer.json")
      let checkpoint = try Checkpoint.open(Self.base)
      var merge = Merge(
        [WeightedAdapter(try AdapterFile.open(scratch.path("adapter")))], into: checkpoint,
        to: .forTests(scratch.path("merged"), like: checkpoint))
      merge.options.choices.resizesVocabulary = true
      let summary = try merge.run()
      let merged = try Checkpoint.open(scratch.path("merged"))
      let tensors = try merged.allTensors()
      #expect(tensors["model.embed_tokens.weight"] == sample.tensors[2].tensor)
      #expect(tensors["lm_head.weight"]?.shape == [256 + count, 64])
      #expect(merged.config?["vocab_size"]?.int == 256 + count)
      #expect(try scratch.read("merged/tokenizer.json") == Array("{\"new\": true}".utf8))
      #expect(summary.source == (try checkpoint.fingerprint()), "dropped rows count as read")
      #expect(summary.result == (try merged.fingerprint()))
    }
  }
}
