import Tensors

/// What a tensor name of PEFT's `adapter_model.safetensors` says.
///
/// | on disk, after the prefix                        | role                                      |
/// |--------------------------------------------------|-------------------------------------------|
/// | `X.lora_A.weight`, `X.lora_B.weight`             | factors of module X                       |
/// | `X.lora_B.bias`                                  | bias of B                                 |
/// | `X.lora_embedding_A`, `X.lora_embedding_B`       | factors of embedding X                    |
/// | `X.lora_magnitude_vector`, also with `.weight`   | DoRA's magnitudes                         |
/// | `X.token_adapter.trainable_tokens_delta`         | new rows of embedding X                   |
/// | `X.base_layer.bias`, `X.base_layer.weight`       | parameter `X.bias`, `X.weight`, whole     |
/// | `X.modules_to_save.NAME.weight`                  | parameter `X.weight`, whole               |
/// | any other without `lora_` in it                  | that parameter, whole                     |
///
/// A factor's name may hold the adapter's name, as `X.lora_A.default.weight`: PEFT's names in memory,
/// which some programs save; so may it hold `_orig_mod` and the like. The prefix is `base_model.model.`, `base_model.` or nothing.
///
/// Source: `get_peft_model_state_dict` in
/// <https://github.com/huggingface/peft/blob/main/src/peft/utils/save_and_load.py>
struct PEFTName: Equatable {
  enum Role: Equatable {
    case down
    case up
    case upBias
    case embeddingDown
    case embeddingUp
    case magnitude
    case tokenRows
    /// A whole parameter; `owner` then holds its full name.
    case parameter
    /// Something of LoRA's that is not understood.
    case unknown
  }

  /// The module, or the parameter for `Role.parameter`.
  let owner: String
  let role: Role

  static let prefixes = ["base_model.model.", "base_model."]
  /// What torch.compile, FSDP and checkpointing put into names in memory.
  static let wrappers: Set<Substring> = [
    "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]

  init(_ text: String) {
    var name = Substring(text)
    for prefix in Self.prefixes where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
      break
    }
    let parts = name.dottedParts.filter { !Self.wrappers.contains($0) }
    guard let marker = parts.lastIndex(where: Self.isMarker) else {
      owner = Self.parameterName(parts)
      role = .parameter
      return
    }
    var owner = parts[..<marker].joined(separator: ".")
    var role = Self.role(marker: parts[marker], ending: parts[(marker + 1)...])
    if role == .tokenRows, parts[..<marker].last == "token_adapter" {
      owner = parts[..<(marker - 1)].joined(separator: ".")
    } else if role == .tokenRows {
      role = .unknown
    }
    self.owner = owner
    self.role = owner.isEmpty ? .unknown : role
  }

  private static func isMarker(_ part: Substring) -> Bool {
    part.hasPrefix("lora_") || part == "trainable_tokens_delta"
  }

  /// The role of `MARKER.ENDING`; the ending is nothing, `weight`, or an adapter's name before that.
  private static func role(marker: Substring, ending: ArraySlice<Substring>) -> Role {
    let isShort = ending.count <= 1
    let isWeight = ending.count <= 2 && ending.last == "weight"
    switch marker {
    case "lora_A": return isWeight ? .down : .unknown
    case "lora_B":
      if isWeight { return .up }
      return ending.count <= 2 && ending.last == "bias" ? .upBias : .unknown
    case "lora_embedding_A": return isShort ? .embeddingDown : .unknown
    case "lora_embedding_B": return isShort ? .embeddingUp : .unknown
    case "lora_magnitude_vector": return isShort || isWeight ? .magnitude : .unknown
    case "trainable_tokens_delta": return isShort ? .tokenRows : .unknown
    default: return .unknown
    }
  }

  /// The base's name of a whole parameter: without wrappers' infixes.
  private static func parameterName(_ parts: [Substring]) -> String {
    var result: [Substring] = []
    var index = 0
    while index < parts.count {
      if parts[index] == "base_layer", index > 0, index + 1 < parts.count {
        index += 1
      } else if parts[index] == "modules_to_save", index > 0, index + 2 < parts.count {
        index += 2
      } else {
        result.append(parts[index])
        index += 1
      }
    }
    return result.joined(separator: ".")
  }
}
