import JSON
import Tensors

/// What mlx-lm's `adapter_config.json` says about an adapter.
///
///     {"fine_tune_type": "lora" | "dora" | "full", "num_layers": n, "model": "…",
///      "lora_parameters": {"rank": r, "scale": s, "dropout": p, "keys": ["self_attn.q_proj", …]}}
struct MLXConfiguration {
  let scale: Double
  /// The rank of every module, when it is stated.
  let rank: Int?
  let isDoRA: Bool
  let baseModel: String?
  /// What a person should know, one sentence each.
  let notes: [String]

  /// Whether a configuration is mlx-lm's and not PEFT's.
  static func isMLX(_ document: JSONValue) -> Bool {
    document["peft_type"] == nil
      && (document["fine_tune_type"] != nil || document["lora_parameters"] != nil)
  }

  /// - Throws: `AdapterError.setting` for what cannot be, `.unsupported` for a full fine-tune.
  init(_ document: JSONValue, file: String) throws(AdapterError) {
    let reader = SettingReader<AdapterError>(file: file, settings: document)
    let type = try reader.text("fine_tune_type") ?? "lora"
    guard type != "full" else {
      throw .unsupported(
        file: file, what: "fine_tune_type is \"full\": these are whole weights, not an adapter",
        remedy: "use them as a checkpoint, or extract an adapter from them")
    }
    guard type == "lora" || type == "dora" else {
      throw .setting(
        file: file, name: "fine_tune_type",
        problem: "expected lora, dora or full, found \"\(escaped(type))\"")
    }
    isDoRA = type == "dora"
    baseModel = try reader.text("model")
    guard let parameters = reader.value("lora_parameters") else {
      throw .setting(
        file: file, name: "lora_parameters", problem: "expected an object with rank and scale")
    }
    guard parameters.object != nil else {
      throw .setting(
        file: file, name: "lora_parameters",
        problem: "expected an object, found \(parameters.kindName)")
    }
    let nested = SettingReader<AdapterError>(file: file, settings: parameters)
    guard let scale = try nested.number("scale") else {
      throw .setting(
        file: file, name: "lora_parameters",
        problem: "has no scale, without which mlx-lm loads no adapter either; state what B·A is to "
          + "be multiplied by, which neither rank nor alpha says (mlx-lm's example has 20)")
    }
    self.scale = scale
    rank = try nested.integer("rank")
    var notes = SettingsInUse.notes(
      on: parameters, known: ["rank", "alpha", "scale", "dropout", "keys"],
      prefix: "lora_parameters.")
    if let alpha = try nested.number("alpha") {
      notes.append(
        "lora_parameters has alpha \(alpha) beside scale \(scale): mlx-lm of April to June 2024 "
          + "multiplied by scale · alpha / rank, all others by scale, which is done here")
    }
    self.notes = notes
  }
}
