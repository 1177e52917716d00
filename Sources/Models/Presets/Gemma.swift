extension ModelPreset {
  /// Gemma, Gemma 2, and the text part of Gemma 3.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/google>.
  static let gemma: [ModelPreset] = [
    DecoderPreset(
      type: "gemma", hidden: 2048, layers: 18, heads: 8, keyHeads: 1, headWidth: 256,
      intermediate: 16384, vocabulary: 256000, isTied: true
    ).named("gemma-2b"),
    DecoderPreset(
      type: "gemma", hidden: 3072, layers: 28, heads: 16, headWidth: 256, intermediate: 24576,
      vocabulary: 256000, isTied: true
    ).named("gemma-7b"),
    DecoderPreset(
      type: "gemma2", hidden: 2304, layers: 26, heads: 8, keyHeads: 4, headWidth: 256,
      intermediate: 9216, vocabulary: 256000, isTied: true
    ).named("gemma-2-2b"),
    DecoderPreset(
      type: "gemma2", hidden: 3584, layers: 42, heads: 16, keyHeads: 8, headWidth: 256,
      intermediate: 14336, vocabulary: 256000, isTied: true
    ).named("gemma-2-9b"),
    DecoderPreset(
      type: "gemma2", hidden: 4608, layers: 46, heads: 32, keyHeads: 16, headWidth: 128,
      intermediate: 36864, vocabulary: 256000, isTied: true
    ).named("gemma-2-27b"),
    DecoderPreset(
      type: "gemma3_text", hidden: 640, layers: 18, heads: 4, keyHeads: 1, headWidth: 256,
      intermediate: 2048, vocabulary: 262144, isTied: true
    ).named("gemma-3-270m"),
    DecoderPreset(
      type: "gemma3_text", hidden: 1152, layers: 26, heads: 4, keyHeads: 1, headWidth: 256,
      intermediate: 6912, vocabulary: 262144, isTied: true
    ).named("gemma-3-1b"),
    DecoderPreset(
      type: "gemma3_text", hidden: 2560, layers: 34, heads: 8, keyHeads: 4, headWidth: 256,
      intermediate: 10240, vocabulary: 262208, isTied: true
    ).named("gemma-3-4b-text"),
    DecoderPreset(
      type: "gemma3_text", hidden: 3840, layers: 48, heads: 16, keyHeads: 8, headWidth: 256,
      intermediate: 15360, vocabulary: 262208, isTied: true
    ).named("gemma-3-12b-text"),
    DecoderPreset(
      type: "gemma3_text", hidden: 5376, layers: 62, heads: 32, keyHeads: 16, headWidth: 128,
      intermediate: 21504, vocabulary: 262208, isTied: true
    ).named("gemma-3-27b-text"),
  ]
}
