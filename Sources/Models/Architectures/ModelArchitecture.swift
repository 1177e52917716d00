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

  /// The outline of the model that `configuration` describes; of one that sees as well, its text
  /// part.
  ///
  /// - Returns: Its tensors, and what else the configuration tells; it is called by its file.
  /// - Throws: `ModelOutlineError` for an unknown `model_type` and a model beyond any,
  ///   `SettingProblem` for a setting of the wrong type and sizes that cannot be.
  package static func outline(of configuration: ModelConfiguration) throws -> ModelOutline {
    let type = try configuration.textType
    guard let type, let layout = layouts[type] else {
      throw ModelOutlineError.unknownType(file: configuration.file, found: type, known: known)
    }
    var model = try ModelLayout(configuration)
    try layout(&model)
    return try ModelOutline(
      name: configuration.file, stored: model.tensors, configuration: configuration, type: type,
      isTied: model.isTied)
  }
}
