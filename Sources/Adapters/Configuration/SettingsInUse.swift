import JSON
import Models
import Tensors

/// What PEFT's `adapter_config.json` can say, and what of a file is beyond it.
enum SettingsInUse {
  /// PEFT's settings, of 0.21 and before, and what it writes beside them.
  ///
  /// Source: <https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/config.py>
  private static let known: Set<String> = [
    "alora_invocation_tokens", "alpha_pattern", "arrow_config", "auto_mapping",
    "base_model_name_or_path", "bias", "corda_config", "enable_lora", "ensure_weight_tying",
    "eva_config", "exclude_modules", "fan_in_fan_out", "inference_mode", "init_lora_weights",
    "kasa_config", "layer_replication", "layers_pattern", "layers_to_transform", "loftq_config",
    "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config", "megatron_config",
    "megatron_core", "merge_weights", "modules_to_save", "monteclora_config", "peft_type",
    "peft_version", "qalora_group_size", "r", "rank_pattern", "revision", "runtime_config",
    "target_modules", "target_parameters", "task_type", "trainable_token_indices", "use_bdlora",
    "use_dora", "use_qalora", "use_rslora", "velora_config",
  ]

  /// Whether a setting says something: null, false and what is empty do not.
  static func isSet(_ value: JSONValue) -> Bool {
    if value.isNull { return false }
    if let flag = value.bool { return flag }
    if let text = value.string { return !text.isEmpty }
    if let items = value.array { return !items.isEmpty }
    if let members = value.object { return !members.isEmpty }
    return true
  }

  /// A sentence for each setting of `document` that is in use and that nobody here knows.
  static func notes(on document: JSONValue) -> [String] {
    notes(on: document, known: known, prefix: "")
  }

  /// - Parameters:
  ///   - document: An object.
  ///   - known: What it may say.
  ///   - prefix: What the object itself is called, with a point.
  /// - Returns: A sentence for each of its other members that is in use.
  static func notes(on document: JSONValue, known: Set<String>, prefix: String) -> [String] {
    (document.object ?? [:]).filter { !known.contains($0.key.text) && isSet($0.value) }.map {
      let name = $0.key.text
      return "setting \"\(escaped(prefix + name))\" is in use and is not known here, so that the "
        + "result can be wrong"
        + (NearestName.find(name, among: known.sorted()).map {
          "; the nearest known one is \"\($0)\""
        } ?? "")
    }
  }
}
