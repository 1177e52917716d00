extension ModelPreset {
  /// Phi 1.5 to 4.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/microsoft>.
  static let phi: [ModelPreset] = [
    DecoderPreset(
      type: "phi", hidden: 2048, layers: 24, heads: 32, intermediate: 8192, vocabulary: 51200,
      dtype: "float16"
    ).named("phi-1.5"),
    DecoderPreset(
      type: "phi", hidden: 2560, layers: 32, heads: 32, intermediate: 10240, vocabulary: 51200,
      dtype: "float16"
    ).named("phi-2"),
    DecoderPreset(
      type: "phi3", hidden: 3072, layers: 32, heads: 32, intermediate: 8192, vocabulary: 32064
    ).named("phi-3-mini"),
    DecoderPreset(
      type: "phi3", hidden: 5120, layers: 40, heads: 40, keyHeads: 10, intermediate: 17920,
      vocabulary: 32064
    ).named("phi-3-medium"),
    DecoderPreset(
      type: "phi3", hidden: 5120, layers: 40, heads: 40, keyHeads: 10, intermediate: 17920,
      vocabulary: 100352
    ).named("phi-4"),
    DecoderPreset(
      type: "phi3", hidden: 3072, layers: 32, heads: 24, keyHeads: 8, intermediate: 8192,
      vocabulary: 200064, isTied: true
    ).named("phi-4-mini"),
  ]
}
