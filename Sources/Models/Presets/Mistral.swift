extension ModelPreset {
  /// Mistral and Mixtral.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/mistralai>.
  static let mistral: [ModelPreset] = [
    DecoderPreset(
      type: "mistral", hidden: 4096, layers: 32, heads: 32, keyHeads: 8, intermediate: 14336,
      vocabulary: 32000
    ).named("mistral-7b-v0.1"),
    DecoderPreset(
      type: "mistral", hidden: 4096, layers: 32, heads: 32, keyHeads: 8, intermediate: 14336,
      vocabulary: 32768
    ).named("mistral-7b-v0.3"),
    DecoderPreset(
      type: "mistral", hidden: 4096, layers: 36, heads: 32, keyHeads: 8, headWidth: 128,
      intermediate: 12288, vocabulary: 131072
    ).named("ministral-8b"),
    DecoderPreset(
      type: "mistral", hidden: 5120, layers: 40, heads: 32, keyHeads: 8, headWidth: 128,
      intermediate: 14336, vocabulary: 131072
    ).named("mistral-nemo-12b"),
    DecoderPreset(
      type: "mistral", hidden: 5120, layers: 40, heads: 32, keyHeads: 8, headWidth: 128,
      intermediate: 32768, vocabulary: 131072
    ).named("mistral-small-24b"),
    DecoderPreset(
      type: "mistral", hidden: 12288, layers: 88, heads: 96, keyHeads: 8, intermediate: 28672,
      vocabulary: 32768
    ).named("mistral-large-123b"),
    DecoderPreset(
      type: "mixtral", hidden: 4096, layers: 32, heads: 32, keyHeads: 8, intermediate: 14336,
      vocabulary: 32000, experts: (8, 2, nil)
    ).named("mixtral-8x7b"),
    DecoderPreset(
      type: "mixtral", hidden: 6144, layers: 56, heads: 48, keyHeads: 8, intermediate: 16384,
      vocabulary: 32000, experts: (8, 2, nil)
    ).named("mixtral-8x22b"),
  ]
}
