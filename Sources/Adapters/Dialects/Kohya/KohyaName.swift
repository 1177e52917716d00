import Tensors

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
/// | `double_blocks.0.processor.qkv_lora1.down.weight`   | `….qkv_lora1`          | A (x-labs)    |
///
/// A module without a dot is underscored: its dots were replaced, and only the base's own list of
/// modules can bring them back (`UnderscoredNames`). `.lora_A.weight` is PEFT's as well: what has a
/// configuration is read by it, and only files without one (`ImageAdapter`) are read here.
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

  /// Parts of a diffusers pipeline, as they lead names.
  static let pipelineParts = [
    "diffusion_model.", "unet.", "transformer.", "text_encoder.", "text_encoder_2.",
    "text_encoder_3.", "prior.",
  ]

  private static let endings: [(ending: String, part: Part)] =
    [
      (".lora_down.weight", .down), (".lora_up.weight", .up),
      (".lora.down.weight", .down), (".lora.up.weight", .up),
      (".lora_linear_layer.down.weight", .down), (".lora_linear_layer.up.weight", .up),
      ("_lora.down.weight", .down), ("_lora.up.weight", .up),
      (".dora_scale", .magnitude), (".alpha", .alpha),
    ] + KindPart.telling.map { ("." + $0.rawValue, .kind($0)) }

  /// Ends that files without a configuration have in common with PEFT.
  private static let sharedEndings: [(ending: String, part: Part)] = [
    (".lora_A.weight", .down), (".lora_B.weight", .up), (".lora_B.bias", .upBias),
    (".lora_magnitude_vector", .magnitude), (".lora_magnitude_vector.weight", .magnitude),
  ]

  init(module: String, part: Part) {
    (self.module, self.part) = (module, part)
  }

  /// nil for a name of no such file.
  ///
  /// - Parameters:
  ///   - text: As the file spells it.
  ///   - takesShared: Whether names that PEFT has as well are meant, and `alpha` behind any module.
  init?(_ text: String, takesShared: Bool = false) {
    let name = Self.plain(text)
    var endings = Self.endings
    if takesShared { endings += Self.sharedEndings }
    if Self.isXLabs(name) {
      endings.insert(contentsOf: [(".down.weight", .down), (".up.weight", .up)], at: 0)
    }
    guard let found = endings.first(where: { name.hasSuffix($0.ending) }) else { return nil }
    var module = String(name.dropLast(found.ending.count))
    if found.ending.hasPrefix("_lora.") {
      module = module.replacing(".processor.", with: ".", maxReplacements: 1)
      if module.hasSuffix(".to_out") { module += ".0" }
    }
    // A parameter may be called alpha or diff without any LoRA: kohya's have no dot.
    let isGeneral = found.part == .alpha || found.part.isGeneralKind
    if isGeneral, module.contains("."), !takesShared,
      !Self.pipelineParts.contains(where: name.hasPrefix)
    {
      return nil
    }
    guard !module.isEmpty else { return nil }
    self.module = module
    self.part = found.part
  }

  /// The name without what torch's wrappers and PEFT put into names in memory: `_orig_mod.`, and the
  /// adapter's name behind `lora_A.`.
  private static func plain(_ name: String) -> String {
    var parts = name.dottedParts.filter { !PEFTName.wrappers.contains($0) }
    let last = parts.count - 1
    if last > 2, ["weight", "bias"].contains(parts[last]),
      ["lora_A", "lora_B"].contains(parts[last - 2])
    {
      parts.remove(at: last - 1)
    }
    return parts.joined(separator: ".")
  }

  /// x-labs keeps the factors of q, k and v, and of the projection, under one processor.
  private static func isXLabs(_ name: String) -> Bool {
    ["_blocks.", ".processor."].allSatisfy(name.holds)
      && [".qkv_lora", ".proj_lora"].contains(where: name.holds)
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
