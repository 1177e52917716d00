import JSON

extension ModelPreset {
  /// GPT-2, and its distilled half.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/openai-community>.
  static let gpt2: [ModelPreset] = [
    gpt2("distilgpt2", width: 768, layers: 6, heads: 12),
    gpt2("gpt2", width: 768, layers: 12, heads: 12),
    gpt2("gpt2-medium", width: 1024, layers: 24, heads: 16),
    gpt2("gpt2-large", width: 1280, layers: 36, heads: 20),
    gpt2("gpt2-xl", width: 1600, layers: 48, heads: 25),
  ]

  /// OPT; its 350 million model has narrower embeddings and its norms behind the layers.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/facebook>.
  static let opt: [ModelPreset] = [
    opt("opt-125m", width: 768, layers: 12, heads: 12),
    opt("opt-350m", width: 1024, layers: 24, heads: 16, embedding: 512),
    opt("opt-1.3b", width: 2048, layers: 24, heads: 32),
    opt("opt-2.7b", width: 2560, layers: 32, heads: 32),
    opt("opt-6.7b", width: 4096, layers: 32, heads: 32),
    opt("opt-13b", width: 5120, layers: 40, heads: 40),
    opt("opt-30b", width: 7168, layers: 48, heads: 56),
    opt("opt-66b", width: 9216, layers: 64, heads: 72),
  ]

  /// Pythia and GPT-NeoX.
  ///
  /// Source: the `config.json` of each model at <https://huggingface.co/EleutherAI>.
  static let pythia: [ModelPreset] = [
    neox("pythia-70m", width: 512, layers: 6, heads: 8),
    neox("pythia-160m", width: 768, layers: 12, heads: 12),
    neox("pythia-410m", width: 1024, layers: 24, heads: 16),
    neox("pythia-1b", width: 2048, layers: 16, heads: 8),
    neox("pythia-1.4b", width: 2048, layers: 24, heads: 16),
    neox("pythia-2.8b", width: 2560, layers: 32, heads: 32),
    neox("pythia-6.9b", width: 4096, layers: 32, heads: 32, vocabulary: 50432),
    neox("pythia-12b", width: 5120, layers: 36, heads: 40, vocabulary: 50688),
    neox("gpt-neox-20b", width: 6144, layers: 44, heads: 64, vocabulary: 50432),
  ]

  private static func gpt2(_ name: String, width: Int, layers: Int, heads: Int) -> ModelPreset {
    ModelPreset(
      name,
      [
        "model_type": "gpt2", "n_embd": .number(width), "n_layer": .number(layers),
        "n_head": .number(heads), "n_positions": 1024, "vocab_size": 50257,
        "torch_dtype": "float32",
      ])
  }

  private static func opt(
    _ name: String, width: Int, layers: Int, heads: Int, embedding: Int? = nil
  ) -> ModelPreset {
    var config: JSONValue = [
      "model_type": "opt", "hidden_size": .number(width), "num_hidden_layers": .number(layers),
      "num_attention_heads": .number(heads), "ffn_dim": .number(4 * width), "vocab_size": 50272,
      "max_position_embeddings": 2048, "torch_dtype": "float16",
    ]
    if let embedding {
      config["word_embed_proj_dim"] = .number(embedding)
      config["do_layer_norm_before"] = false
    }
    return ModelPreset(name, config)
  }

  private static func neox(
    _ name: String, width: Int, layers: Int, heads: Int, vocabulary: Int = 50304
  ) -> ModelPreset {
    ModelPreset(
      name,
      [
        "model_type": "gpt_neox", "hidden_size": .number(width),
        "num_hidden_layers": .number(layers), "num_attention_heads": .number(heads),
        "intermediate_size": .number(4 * width), "vocab_size": .number(vocabulary),
        "max_position_embeddings": 2048, "torch_dtype": "float16",
      ])
  }
}
