extension ModelPreset {
  /// Llama 1, 2, 3, 3.1, 3.2 and 3.3, and TinyLlama.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/meta-llama>.
  static let llama: [ModelPreset] = [
    DecoderPreset(
      hidden: 4096, layers: 32, heads: 32, intermediate: 11008, vocabulary: 32000, dtype: "float16"
    ).named("llama-7b"),
    DecoderPreset(
      hidden: 5120, layers: 40, heads: 40, intermediate: 13824, vocabulary: 32000, dtype: "float16"
    ).named("llama-13b"),
    DecoderPreset(
      hidden: 6656, layers: 60, heads: 52, intermediate: 17920, vocabulary: 32000, dtype: "float16"
    ).named("llama-33b"),
    DecoderPreset(
      hidden: 8192, layers: 80, heads: 64, intermediate: 22016, vocabulary: 32000, dtype: "float16"
    ).named("llama-65b"),
    DecoderPreset(
      hidden: 2048, layers: 22, heads: 32, keyHeads: 4, intermediate: 5632, vocabulary: 32000
    ).named("tinyllama-1.1b"),
    DecoderPreset(
      hidden: 4096, layers: 32, heads: 32, intermediate: 11008, vocabulary: 32000, dtype: "float16"
    ).named("llama-2-7b"),
    DecoderPreset(
      hidden: 5120, layers: 40, heads: 40, intermediate: 13824, vocabulary: 32000, dtype: "float16"
    ).named("llama-2-13b"),
    DecoderPreset(
      hidden: 8192, layers: 80, heads: 64, keyHeads: 8, intermediate: 28672, vocabulary: 32000,
      dtype: "float16"
    ).named("llama-2-70b"),
    DecoderPreset(
      hidden: 4096, layers: 32, heads: 32, keyHeads: 8, intermediate: 14336, vocabulary: 128256
    ).named("llama-3-8b"),
    DecoderPreset(
      hidden: 8192, layers: 80, heads: 64, keyHeads: 8, intermediate: 28672, vocabulary: 128256
    ).named("llama-3-70b"),
    DecoderPreset(
      hidden: 4096, layers: 32, heads: 32, keyHeads: 8, intermediate: 14336, vocabulary: 128256
    ).named("llama-3.1-8b"),
    DecoderPreset(
      hidden: 8192, layers: 80, heads: 64, keyHeads: 8, intermediate: 28672, vocabulary: 128256
    ).named("llama-3.1-70b"),
    DecoderPreset(
      hidden: 16384, layers: 126, heads: 128, keyHeads: 8, intermediate: 53248, vocabulary: 128256
    ).named("llama-3.1-405b"),
    DecoderPreset(
      hidden: 2048, layers: 16, heads: 32, keyHeads: 8, intermediate: 8192, vocabulary: 128256,
      isTied: true
    ).named("llama-3.2-1b"),
    DecoderPreset(
      hidden: 3072, layers: 28, heads: 24, keyHeads: 8, intermediate: 8192, vocabulary: 128256,
      isTied: true
    ).named("llama-3.2-3b"),
    DecoderPreset(
      hidden: 8192, layers: 80, heads: 64, keyHeads: 8, intermediate: 28672, vocabulary: 128256
    ).named("llama-3.3-70b"),
  ]
}
