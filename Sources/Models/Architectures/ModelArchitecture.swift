import JSON
import Tensors

/// A model architecture as `model_type` names it: its configuration in, its tensors out.
///
/// Names, shapes and defaults are those of transformers' models, whose files bear them.
///
/// Source: <https://github.com/huggingface/transformers/tree/main/src/transformers/models>
package enum ModelArchitecture {
  /// The architectures that are known here, by `model_type`.
  package static var known: [String] { layouts.keys.sorted() }

  private typealias Layout = @Sendable (inout ModelLayout) throws -> Void

  private static let layouts: [String: Layout] = [
    "llama": { try $0.addDecoder(.llama) },
    "mistral": { try $0.addDecoder(.llama) },
    "mixtral": { try $0.addDecoder(.mixtral) },
    "qwen2": { try $0.addDecoder(.qwen2) },
    "qwen3": { try $0.addDecoder(.qwen3) },
    "qwen3_moe": { try $0.addDecoder(.qwen3) },
    "smollm3": { try $0.addDecoder(.llama) },
    "gemma": { try $0.addDecoder(.gemma) },
    "gemma2": { try $0.addDecoder(.gemma2) },
    "gemma3_text": { try $0.addDecoder(.gemma3) },
    "phi3": { try $0.addDecoder(.phi3) },
    "phi": { try $0.addPhi() },
    "gpt2": { try $0.addGPT2() },
    "gpt_neox": { try $0.addGPTNeoX() },
    "opt": { try $0.addOPT() },
  ]

  /// The outline of the model that `config` describes; of one that sees as well, its text part.
  ///
  /// - Parameters:
  ///   - name: How the model is called in reports and errors.
  ///   - config: The contents of a `config.json`.
  /// - Returns: Its tensors, and what else the configuration tells.
  /// - Throws: `ModelOutlineError` for an unknown `model_type` and sizes that cannot be,
  ///   `AdapterError` for a setting of the wrong type.
  package static func outline(name: String, config: JSONValue) throws -> ModelOutline {
    var text = config["text_config"] ?? config
    if text["tie_word_embeddings"] == nil, let tied = config["tie_word_embeddings"] {
      text["tie_word_embeddings"] = tied
    }
    let type = text["model_type"]?.string ?? config["model_type"]?.string
    guard let type, let layout = layouts[type] else {
      throw ModelOutlineError.unknownType(file: name, found: type, known: known)
    }
    var model = try ModelLayout(name: name, config: text)
    try layout(&model)
    // The flag says what was decided, for configurations that leave it to their architecture.
    text["tie_word_embeddings"] = .bool(model.isTied)
    text["model_type"] = .string(type)
    return try ModelOutline(name: name, stored: model.tensors, config: text)
  }
}
