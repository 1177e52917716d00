import JSON

/// The sizes of a Llama-like decoder, to be written as its configuration.
struct DecoderPreset {
  var type = "llama"
  let hidden: Int
  let layers: Int
  let heads: Int
  var keyHeads: Int?
  /// Width of a head where it is not hidden / heads.
  var headWidth: Int?
  let intermediate: Int
  let vocabulary: Int
  var isTied = false
  /// Experts of a layer, those a token passes through, and the width of one.
  var experts: (count: Int, active: Int, width: Int?)?
  var dtype = "bfloat16"

  /// `config.json`, so far as sizes go.
  var config: JSONValue {
    var config: JSONValue = [
      "model_type": .string(type),
      "hidden_size": .number(hidden),
      "num_hidden_layers": .number(layers),
      "num_attention_heads": .number(heads),
      "num_key_value_heads": .number(keyHeads ?? heads),
      "intermediate_size": .number(intermediate),
      "vocab_size": .number(vocabulary),
      "tie_word_embeddings": .bool(isTied),
      "torch_dtype": .string(dtype),
    ]
    if let headWidth { config["head_dim"] = .number(headWidth) }
    if let experts {
      config[type == "mixtral" ? "num_local_experts" : "num_experts"] = .number(experts.count)
      config["num_experts_per_tok"] = .number(experts.active)
      if let width = experts.width { config["moe_intermediate_size"] = .number(width) }
    }
    return config
  }

  func named(_ name: String) -> ModelPreset { ModelPreset(name, config) }
}
