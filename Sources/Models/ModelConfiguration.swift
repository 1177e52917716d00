import Containers
import JSON
import Tensors

/// What a model's `config.json` says, as transformers writes it.
///
/// Every reader asks here, so that a file means the same to all of them:
///
/// 1. `text_config` is the language model of a model that does more than read text. When it is
///    there, sizes are asked of it and of nothing else.
/// 2. What holds for the whole model, the type of its weights and whether its embeddings are tied,
///    is asked of the whole first, as transformers 5 does, then of `text_config`, where older
///    versions looked.
/// 3. `dtype` comes before `torch_dtype`. transformers 5 writes the first, older versions the
///    second, and it keeps the first where a file has both.
/// 4. A missing setting and null are the same.
///
/// A setting is checked when it is asked for: one that nobody needs refuses nothing.
package struct ModelConfiguration: Sendable {
  /// The file's path, or what else the configuration is called by.
  package let file: String
  /// All that the file says, in its order.
  package internal(set) var document: JSONValue

  static let textKey = "text_config"
  /// The newer spelling first.
  static let typeKeys = ["dtype", "torch_dtype"]
  static let tieKey = "tie_word_embeddings"
  /// No size of a model comes near; products of two stay below 2^63.
  private static let largestSize = 1 << 30

  /// - Throws: `SettingProblem` for a document or a `text_config` that is no object.
  package init(_ document: JSONValue, file: String) throws(SettingProblem) {
    guard document.object != nil else {
      throw .setting(
        file: file, name: "{}", problem: "expected an object, found \(document.kindName)")
    }
    (self.document, self.file) = (document, file)
    if let text = whole.value(Self.textKey), text.object == nil {
      throw .setting(
        file: file, name: Self.textKey, problem: "expected an object, found \(text.kindName)")
    }
  }

  var whole: SettingReader<SettingProblem> {
    SettingReader(file: file, settings: document)
  }

  /// The settings of the language model.
  package var text: SettingReader<SettingProblem> {
    SettingReader(file: file, settings: whole.value(Self.textKey) ?? document)
  }

  // MARK: The whole model

  /// `model_type`, as `llama` or `gemma3`.
  package var type: String? {
    get throws(SettingProblem) { try whole.text("model_type") }
  }

  /// The `model_type` of the language model, as `gemma3_text`; the whole model's when it has none.
  package var textType: String? {
    get throws(SettingProblem) {
      if let type = try text.text("model_type") { return type }
      return try type
    }
  }

  /// Names of the classes that load the model, as `LlamaForCausalLM`.
  package var architectures: [String] {
    get throws(SettingProblem) { try whole.texts("architectures") ?? [] }
  }

  /// The type of the weights, as the file spells it.
  package var typeName: String? {
    get throws(SettingProblem) { try statedType?.name }
  }

  /// The type of the weights; nil when the file does not say.
  ///
  /// - Throws: `SettingProblem` for one that no floating-point tensor has.
  package var storedType: DType? {
    get throws(SettingProblem) {
      guard let stated = try statedType else { return nil }
      guard let type = Self.types[stated.name] else {
        throw .setting(
          file: file, name: stated.key,
          problem: "expected \(Self.types.keys.joined(separator: ", ")), "
            + "found \"\(escaped(stated.name))\"")
      }
      return type
    }
  }

  static let types: KeyValuePairs<String, DType> = [
    "float32": .f32, "float16": .f16, "bfloat16": .bf16, "float64": .f64,
  ]

  private var statedType: (key: String, name: String)? {
    get throws(SettingProblem) {
      for part in [whole, text] {
        for key in Self.typeKeys {
          if let name = try part.text(key) { return (key, name) }
        }
      }
      return nil
    }
  }

  /// Whether embeddings and output layer are one matrix; nil leaves it to the architecture.
  package var isTied: Bool? {
    get throws(SettingProblem) {
      for part in [whole, text] where part.value(Self.tieKey) != nil {
        return try part.flag(Self.tieKey)
      }
      return nil
    }
  }

  // MARK: The language model

  /// The size under the first of `names` that is there.
  package func size(_ names: String...) throws(SettingProblem) -> Int? {
    try size(names)
  }

  func size(_ names: [String]) throws(SettingProblem) -> Int? {
    for name in names {
      guard let value = try text.integer(name) else { continue }
      guard (1...Self.largestSize).contains(value) else {
        throw .setting(
          file: file, name: name, problem: "expected 1 to \(Self.largestSize), found \(value)")
      }
      return value
    }
    return nil
  }

  package var headCount: Int? {
    get throws(SettingProblem) { try size("num_attention_heads", "n_head") }
  }

  /// As many as there are heads when the file does not say.
  package var keyValueHeadCount: Int? {
    get throws(SettingProblem) {
      if let count = try size("num_key_value_heads") { return count }
      return try headCount
    }
  }

  package var layerCount: Int? {
    get throws(SettingProblem) { try size("num_hidden_layers", "n_layer") }
  }

  /// Positions that the model was made for.
  package var longestSequence: Int? {
    get throws(SettingProblem) { try size("max_position_embeddings", "n_positions") }
  }

  /// The token that fills short sequences up.
  package var paddingToken: Int? {
    get throws(SettingProblem) { try text.integer("pad_token_id") }
  }

  /// Experts of a layer that each token passes through.
  package var activeExpertCount: Int? {
    get throws(SettingProblem) { try size("num_experts_per_tok") }
  }

  /// Whether the model's linear layers are Conv1D, whose weights lie `[in, out]`.
  package var isConv1D: Bool {
    get throws(SettingProblem) { try textType.map(Self.conv1DTypes.contains) ?? false }
  }

  private static let conv1DTypes: Set<String> = [
    "gpt2", "openai-gpt", "imagegpt", "decision_transformer",
  ]
}

extension KeyValuePairs<String, DType> {
  fileprivate var keys: [String] { map(\.key) }

  fileprivate subscript(name: String) -> DType? { first { $0.key == name }?.value }
}

extension Checkpoint {
  /// What its `config.json` says; nil without one.
  package var configuration: ModelConfiguration? {
    get throws(SettingProblem) {
      guard let config else { return nil }
      return try ModelConfiguration(config, file: Folder.path(path, "config.json"))
    }
  }
}
