/// What a tensor name of a kohya or diffusers file says.
///
/// | on disk                                             | module                 | part          |
/// |-----------------------------------------------------|------------------------|---------------|
/// | `lora_unet_mid_proj.lora_down.weight`               | `lora_unet_mid_proj`   | A `[r, in]`   |
/// | `lora_unet_mid_proj.lora_up.weight`                 | `lora_unet_mid_proj`   | B `[out, r]`  |
/// | `lora_unet_mid_proj.alpha`                          | `lora_unet_mid_proj`   | alpha `[]`    |
/// | `lora_unet_mid_proj.dora_scale`                     | `lora_unet_mid_proj`   | `[out, 1]`    |
/// | `lora_unet_mid_proj.hada_w1_a` and others           | `lora_unet_mid_proj`   | `KindPart`    |
/// | `unet.mid.proj.lora_A.weight`, `.lora_B.weight`     | `unet.mid.proj`        | A, B          |
/// | `unet.mid.proj.lora_B.bias`                         | `unet.mid.proj`        | `[out]`       |
/// | `unet.mid.proj.lora.down.weight`, `.up.`            | `unet.mid.proj`        | A, B          |
/// | `….proj.lora_linear_layer.down.weight`, `.up.`      | `….proj`               | A, B          |
/// | `….attn1.processor.to_q_lora.down.weight`, `.up.`   | `….attn1.to_q`         | A, B          |
///
/// A module without a dot is underscored: its dots were replaced, and only the base's own list of
/// modules can bring them back (`UnderscoredNames`). `.lora_A.weight` counts here only behind a part of
/// a pipeline (`unet.`, `text_encoder.`, …): otherwise it is PEFT's.
///
/// Sources: <https://github.com/kohya-ss/sd-scripts/blob/main/networks/lora.py>,
/// <https://github.com/huggingface/diffusers/blob/main/src/diffusers/loaders/lora_conversion_utils.py>
struct KohyaName: Equatable {
  enum Part: Hashable {
    case down
    case up
    case upBias
    case alpha
    case magnitude
    /// A tensor of a kind that is no pair of factors.
    case kind(KindPart)
  }

  /// As the file spells it.
  let module: String
  let part: Part

  /// kohya's own, for the part of the pipeline.
  static let prefixes = [
    "lora_unet_", "lora_te1_", "lora_te2_", "lora_te3_", "lora_te_", "lora_transformer_",
    "lycoris_",
  ]
  /// Parts of a diffusers pipeline, as they lead names.
  static let pipelineParts = [
    "unet.", "transformer.", "text_encoder.", "text_encoder_2.", "text_encoder_3.", "prior.",
  ]

  private static let endings: [(ending: String, part: Part)] = [
    (".lora_down.weight", .down), (".lora_up.weight", .up),
    (".lora.down.weight", .down), (".lora.up.weight", .up),
    (".lora_linear_layer.down.weight", .down), (".lora_linear_layer.up.weight", .up),
    ("_lora.down.weight", .down), ("_lora.up.weight", .up),
    (".dora_scale", .magnitude), (".alpha", .alpha),
  ] + KindPart.allCases.map { ("." + $0.rawValue, .kind($0)) }

  /// Ends that only diffusers' parts of a pipeline have in common with PEFT.
  private static let sharedEndings: [(ending: String, part: Part)] = [
    (".lora_A.weight", .down), (".lora_B.weight", .up), (".lora_B.bias", .upBias),
    (".lora_magnitude_vector", .magnitude), (".lora_magnitude_vector.weight", .magnitude),
  ]

  /// nil for a name of no such file.
  init?(_ name: String) {
    var endings = Self.endings
    if Self.pipelineParts.contains(where: name.hasPrefix) { endings += Self.sharedEndings }
    guard let found = endings.first(where: { name.hasSuffix($0.ending) }) else { return nil }
    var module = String(name.dropLast(found.ending.count))
    if found.ending.hasPrefix("_lora.") {
      module = module.replacing(".processor.", with: ".", maxReplacements: 1)
      if module.hasSuffix(".to_out") { module += ".0" }
    }
    // A parameter may be called alpha or diff without any LoRA: kohya's have no dot.
    let isGeneral = found.part == .alpha || found.part.isGeneralKind
    if isGeneral, module.contains("."), !Self.pipelineParts.contains(where: name.hasPrefix) {
      return nil
    }
    guard !module.isEmpty else { return nil }
    self.module = module
    self.part = found.part
  }
}

extension KohyaName.Part {
  fileprivate var isGeneralKind: Bool {
    if case .kind(let part) = self { part.isGeneral } else { false }
  }

  /// The kind that a tensor is of together with others of its module.
  var kind: KindPart.Kind? {
    if case .kind(let part) = self { part.kind } else { nil }
  }

  /// Whether the tensor changes a parameter by itself.
  var isSingle: Bool {
    if case .kind(let part) = self { part.kind == nil } else { false }
  }
}
