import Models
import Testing

/// The parameters of each model, as the pages of their publishers state them.
private let published: [(name: String, parameters: Int)] = [
  ("distilgpt2", 81_912_576), ("gpt2", 124_439_808), ("gpt2-medium", 354_823_168),
  ("gpt2-large", 774_030_080), ("gpt2-xl", 1_557_611_200),
  ("opt-125m", 125_239_296), ("opt-350m", 331_196_416), ("opt-1.3b", 1_315_758_080),
  ("opt-2.7b", 2_651_596_800), ("opt-6.7b", 6_658_473_984), ("opt-13b", 12_853_473_280),
  ("opt-30b", 29_974_540_288), ("opt-66b", 65_719_701_504),
  ("pythia-70m", 70_426_624), ("pythia-160m", 162_322_944), ("pythia-410m", 405_334_016),
  ("pythia-1b", 1_011_781_632), ("pythia-1.4b", 1_414_647_808), ("pythia-2.8b", 2_775_208_960),
  ("pythia-6.9b", 6_857_302_016), ("pythia-12b", 11_846_072_320),
  ("gpt-neox-20b", 20_554_567_680),
  ("llama-7b", 6_738_415_616), ("llama-13b", 13_015_864_320), ("llama-33b", 32_528_943_616),
  ("llama-65b", 65_285_660_672), ("tinyllama-1.1b", 1_100_048_384),
  ("llama-2-7b", 6_738_415_616), ("llama-2-13b", 13_015_864_320),
  ("llama-2-70b", 68_976_648_192),
  ("llama-3-8b", 8_030_261_248), ("llama-3-70b", 70_553_706_496),
  ("llama-3.1-8b", 8_030_261_248), ("llama-3.1-70b", 70_553_706_496),
  ("llama-3.1-405b", 405_853_388_800),
  ("llama-3.2-1b", 1_235_814_400), ("llama-3.2-3b", 3_212_749_824),
  ("llama-3.3-70b", 70_553_706_496),
  ("smollm2-135m", 134_515_008), ("smollm2-360m", 361_821_120),
  ("smollm2-1.7b", 1_711_376_384), ("smollm3-3b", 3_075_098_624),
  ("mistral-7b-v0.1", 7_241_732_096), ("mistral-7b-v0.3", 7_248_023_552),
  ("ministral-8b", 8_019_808_256), ("mistral-nemo-12b", 12_247_782_400),
  ("mistral-small-24b", 23_572_403_200), ("mistral-large-123b", 122_610_069_504),
  ("mixtral-8x7b", 46_702_792_704), ("mixtral-8x22b", 140_620_634_112),
  ("qwen2-0.5b", 494_032_768), ("qwen2-1.5b", 1_543_714_304), ("qwen2-7b", 7_615_616_512),
  ("qwen2-72b", 72_706_203_648),
  ("qwen2.5-0.5b", 494_032_768), ("qwen2.5-1.5b", 1_543_714_304),
  ("qwen2.5-3b", 3_085_938_688), ("qwen2.5-7b", 7_615_616_512),
  ("qwen2.5-14b", 14_770_033_664), ("qwen2.5-32b", 32_763_876_352),
  ("qwen2.5-72b", 72_706_203_648),
  ("qwen3-0.6b", 596_049_920), ("qwen3-1.7b", 1_720_574_976), ("qwen3-4b", 4_022_468_096),
  ("qwen3-8b", 8_190_735_360), ("qwen3-14b", 14_768_307_200), ("qwen3-32b", 32_762_123_264),
  ("qwen3-30b-a3b", 30_532_122_624), ("qwen3-235b-a22b", 235_093_634_560),
  ("gemma-2b", 2_506_172_416), ("gemma-7b", 8_537_680_896),
  ("gemma-2-2b", 2_614_341_888), ("gemma-2-9b", 9_241_705_984), ("gemma-2-27b", 27_227_128_320),
  ("gemma-3-270m", 268_098_176), ("gemma-3-1b", 999_885_952),
  ("gemma-3-4b-text", 3_880_263_168), ("gemma-3-12b-text", 11_766_034_176),
  ("gemma-3-27b-text", 27_009_346_304),
  ("phi-1.5", 1_418_270_720), ("phi-2", 2_779_683_840), ("phi-3-mini", 3_821_079_552),
  ("phi-3-medium", 13_960_238_080), ("phi-4", 14_659_507_200), ("phi-4-mini", 3_836_021_760),
]

@Suite struct ModelPresetTests {
  @Test(arguments: published)
  func `a preset has the parameters that are published`(_ name: String, _ parameters: Int) throws {
    #expect(try ModelPreset.named(name).outline().parameterCount == parameters)
  }

  @Test func `every preset is compared with what is published`() {
    #expect(ModelPreset.all.map(\.name) == published.map(\.name))
  }

  /// Gemma 3's report counts embeddings apart, and rounds to the million.
  ///
  /// Source: Gemma 3 technical report, 2025, table 1.
  @Test(arguments: [
    ("gemma-3-1b", 698), ("gemma-3-4b-text", 3209), ("gemma-3-12b-text", 10_759),
    ("gemma-3-27b-text", 25_600),
  ])
  func `beside its embeddings a preset has what the report says`(
    _ name: String, _ millions: Int
  ) throws {
    let model = try ModelPreset.named(name).outline()
    let embedding = try #require(model.tensors.first { $0.name == "model.embed_tokens.weight" })
    let rest = Double(model.parameterCount - embedding.elementCount)
    #expect(Int((rest / 1e6).rounded()) == millions)
  }

  /// A well-known table prints half of these: its rank is 8.
  @Test func `a 7B Llama at rank 16 trains 8.4, 16.8 and 40.0 million parameters`() throws {
    let sets = TargetSet.usual(for: try ModelPreset.named("llama-2-7b").outline())
    #expect(sets.map(\.name) == ["Q, V", "Q, K, V, O", "all linear"])
    #expect(
      sets.map { 16 * $0.parametersPerRank } == [8_388_608, 16_777_216, 39_976_960])
  }

  @Test func `a misspelt preset is answered with the nearest`() {
    #expect(throws: ModelOutlineError.noPreset(name: "lama-2-7b", nearest: "llama-2-7b")) {
      try ModelPreset.named("lama-2-7b")
    }
  }
}
