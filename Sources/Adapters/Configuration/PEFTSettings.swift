import JSON

/// Settings of `adapter_config.json` as they are written: under PEFT's names, in one order.
package struct PEFTSettings: ExpressibleByDictionaryLiteral {
  /// The names, in the order in which a new file states them.
  package enum Key: String, CaseIterable, Sendable {
    case method = "peft_type"
    case taskType = "task_type"
    case baseModel = "base_model_name_or_path"
    case rank = "r"
    case alpha = "lora_alpha"
    case targets = "target_modules"
    case bias = "bias"
    case isRankStabilized = "use_rslora"
    case usesMagnitudes = "use_dora"
    case hasUpBias = "lora_bias"
    case dropout = "lora_dropout"
    case isFanInFanOut = "fan_in_fan_out"
    case initialization = "init_lora_weights"
    case isForInference = "inference_mode"
    case modulesToSave = "modules_to_save"
    case targetParameters = "target_parameters"
    case rankPattern = "rank_pattern"
    case alphaPattern = "alpha_pattern"
  }

  private var values: [Key: JSONValue]

  package init(dictionaryLiteral elements: (Key, JSONValue)...) {
    values = Dictionary(uniqueKeysWithValues: elements)
  }

  /// A file that states these settings and nothing else.
  package var document: JSONValue {
    stated(in: JSONValue(members: [(Key.method.rawValue, "LORA")]))
  }

  /// `document` with these settings: each in its place where it is stated already, else at the end.
  package func stated(in document: JSONValue) -> JSONValue {
    var document = document
    for key in Key.allCases {
      if let value = values[key] { document[key.rawValue] = value }
    }
    return document
  }
}

extension JSONValue {
  package static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  package static func texts(_ texts: some Sequence<String>) -> JSONValue {
    .array(texts.map(JSONValue.string))
  }

  /// A whole number without a point: PEFT declares alpha as such.
  package static func alpha(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .number($0) } ?? .number(value)
  }
}
