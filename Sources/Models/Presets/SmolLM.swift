extension ModelPreset {
  /// SmolLM2 and SmolLM3.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/HuggingFaceTB>.
  static let smollm: [ModelPreset] = [
    DecoderPreset(
      hidden: 576, layers: 30, heads: 9, keyHeads: 3, intermediate: 1536, vocabulary: 49152,
      isTied: true
    ).named("smollm2-135m"),
    DecoderPreset(
      hidden: 960, layers: 32, heads: 15, keyHeads: 5, intermediate: 2560, vocabulary: 49152,
      isTied: true
    ).named("smollm2-360m"),
    DecoderPreset(
      hidden: 2048, layers: 24, heads: 32, intermediate: 8192, vocabulary: 49152, isTied: true
    ).named("smollm2-1.7b"),
    DecoderPreset(
      type: "smollm3", hidden: 2048, layers: 36, heads: 16, keyHeads: 4, intermediate: 11008,
      vocabulary: 128256, isTied: true
    ).named("smollm3-3b"),
  ]
}
