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
    scale = try nested.number("scale") ?? 20
    rank = try nested.integer("rank")
  }
}
