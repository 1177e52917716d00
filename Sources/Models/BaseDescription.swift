import JSON

/// What a base's `config.json` says that an adapter's dialect leaves open.
package struct BaseDescription {
  /// `model_type`, as `llama`; of the language model when there are several.
  package let type: String?
  /// `num_attention_heads`.
  package let headCount: Int?
  /// `num_key_value_heads`; as many as `headCount` when it is missing.
  package let keyValueHeadCount: Int?
  /// `num_hidden_layers`.
  package let layerCount: Int?

  package init(_ config: JSONValue?) {
    let text = config?["text_config"] ?? config
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { text?[$0]?.int }.first { $0 > 0 }
    }
    type = text?["model_type"]?.string ?? config?["model_type"]?.string
    headCount = number("num_attention_heads", "n_head")
    keyValueHeadCount = number("num_key_value_heads") ?? headCount
    layerCount = number("num_hidden_layers", "n_layer")
  }

  /// Whether the model's linear layers are Conv1D, whose weights lie `[in, out]`.
  package var isConv1D: Bool { type.map(Self.conv1DTypes.contains) ?? false }

  private static let conv1DTypes: Set<String> = [
    "gpt2", "openai-gpt", "imagegpt", "decision_transformer",
  ]
}
