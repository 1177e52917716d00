/// The ways in which programs write low-rank adapters to disk.
package enum AdapterDialect: String, Sendable, CaseIterable {
  case peft
  /// Single files without a configuration, whoever wrote them; written, they are kohya's.
  case kohya
  /// Only written: read, it is one of the single files.
  case diffusers
  /// Only written: read, it is one of the single files.
  case comfy
  case mlx
  case gguf

  /// As messages name it.
  package var displayName: String {
    switch self {
    case .peft: "PEFT"
    case .kohya: "kohya/diffusers"
    case .diffusers: "diffusers"
    case .comfy: "ComfyUI"
    case .mlx: "mlx-lm"
    case .gguf: "GGUF"
    }
  }

  /// The dialect whose names these tensors bear, or nil when none is recognised.
  ///
  /// | ends in                                                       | dialect           |
  /// |---------------------------------------------------------------|-------------------|
  /// | `.lora_down.weight`, `.lora.down.weight`, `.dora_scale`, …    | kohya, diffusers  |
  /// | `.weight.lora_a`, `.weight.lora_b`                            | GGUF's names      |
  /// | `.lora_a`, `.lora_b`                                          | mlx-lm            |
  /// | `.lora_A.weight`, `.lora_embedding_A`, …                      | PEFT              |
  ///
  /// The first tensor that says anything decides. Many programs write PEFT's names without its
  /// configuration; whether those are readable, `ImageAdapter` tells.
  static func speaking(_ names: some Sequence<String>) -> AdapterDialect? {
    for name in names {
      if KohyaName(name) != nil { return .kohya }
      if name.hasSuffix(".weight.lora_a") || name.hasSuffix(".weight.lora_b") { return .gguf }
      if name.hasSuffix(".lora_a") || name.hasSuffix(".lora_b") { return .mlx }
      if PEFTName(name).isFactor { return .peft }
    }
    return nil
  }
}

extension PEFTName {
  /// Whether this is one of LoRA's own tensors.
  fileprivate var isFactor: Bool {
    switch role {
    case .parameter, .unknown: false
    default: true
    }
  }
}
