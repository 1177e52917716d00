extension ModelPreset {
  /// Qwen2, Qwen2.5 and Qwen3.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/Qwen>.
  static let qwen: [ModelPreset] = [
    DecoderPreset(
      type: "qwen2", hidden: 896, layers: 24, heads: 14, keyHeads: 2, intermediate: 4864,
      vocabulary: 151936, isTied: true
    ).named("qwen2-0.5b"),
    DecoderPreset(
      type: "qwen2", hidden: 1536, layers: 28, heads: 12, keyHeads: 2, intermediate: 8960,
      vocabulary: 151936, isTied: true
    ).named("qwen2-1.5b"),
    DecoderPreset(
      type: "qwen2", hidden: 3584, layers: 28, heads: 28, keyHeads: 4, intermediate: 18944,
      vocabulary: 152064
    ).named("qwen2-7b"),
    DecoderPreset(
      type: "qwen2", hidden: 8192, layers: 80, heads: 64, keyHeads: 8, intermediate: 29568,
      vocabulary: 152064
    ).named("qwen2-72b"),
    DecoderPreset(
      type: "qwen2", hidden: 896, layers: 24, heads: 14, keyHeads: 2, intermediate: 4864,
      vocabulary: 151936, isTied: true
    ).named("qwen2.5-0.5b"),
    DecoderPreset(
      type: "qwen2", hidden: 1536, layers: 28, heads: 12, keyHeads: 2, intermediate: 8960,
      vocabulary: 151936, isTied: true
    ).named("qwen2.5-1.5b"),
    DecoderPreset(
      type: "qwen2", hidden: 2048, layers: 36, heads: 16, keyHeads: 2, intermediate: 11008,
      vocabulary: 151936, isTied: true
    ).named("qwen2.5-3b"),
    DecoderPreset(
      type: "qwen2", hidden: 3584, layers: 28, heads: 28, keyHeads: 4, intermediate: 18944,
      vocabulary: 152064
    ).named("qwen2.5-7b"),
    DecoderPreset(
      type: "qwen2", hidden: 5120, layers: 48, heads: 40, keyHeads: 8, intermediate: 13824,
      vocabulary: 152064
    ).named("qwen2.5-14b"),
    DecoderPreset(
      type: "qwen2", hidden: 5120, layers: 64, heads: 40, keyHeads: 8, intermediate: 27648,
      vocabulary: 152064
    ).named("qwen2.5-32b"),
    DecoderPreset(
      type: "qwen2", hidden: 8192, layers: 80, heads: 64, keyHeads: 8, intermediate: 29568,
      vocabulary: 152064
    ).named("qwen2.5-72b"),
    DecoderPreset(
      type: "qwen3", hidden: 1024, layers: 28, heads: 16, keyHeads: 8, headWidth: 128,
      intermediate: 3072, vocabulary: 151936, isTied: true
    ).named("qwen3-0.6b"),
    DecoderPreset(
      type: "qwen3", hidden: 2048, layers: 28, heads: 16, keyHeads: 8, headWidth: 128,
      intermediate: 6144, vocabulary: 151936, isTied: true
    ).named("qwen3-1.7b"),
    DecoderPreset(
      type: "qwen3", hidden: 2560, layers: 36, heads: 32, keyHeads: 8, headWidth: 128,
      intermediate: 9728, vocabulary: 151936, isTied: true
    ).named("qwen3-4b"),
    DecoderPreset(
      type: "qwen3", hidden: 4096, layers: 36, heads: 32, keyHeads: 8, headWidth: 128,
      intermediate: 12288, vocabulary: 151936
    ).named("qwen3-8b"),
    DecoderPreset(
      type: "qwen3", hidden: 5120, layers: 40, heads: 40, keyHeads: 8, headWidth: 128,
      intermediate: 17408, vocabulary: 151936
    ).named("qwen3-14b"),
    DecoderPreset(
      type: "qwen3", hidden: 5120, layers: 64, heads: 64, keyHeads: 8, headWidth: 128,
      intermediate: 25600, vocabulary: 151936
    ).named("qwen3-32b"),
    DecoderPreset(
      type: "qwen3_moe", hidden: 2048, layers: 48, heads: 32, keyHeads: 4, headWidth: 128,
      intermediate: 6144, vocabulary: 151936, experts: (128, 8, 768)
    ).named("qwen3-30b-a3b"),
    DecoderPreset(
      type: "qwen3_moe", hidden: 4096, layers: 94, heads: 64, keyHeads: 4, headWidth: 128,
      intermediate: 12288, vocabulary: 151936, experts: (128, 8, 1536)
    ).named("qwen3-235b-a22b"),
  ]
}
