import Tensors

/// What a module's name in an adapter says: which part of a model it is in, and what it is called there.
///
/// | the name begins with                                  | part           | written by                    |
/// |-------------------------------------------------------|----------------|-------------------------------|
/// | `lora_unet_`, `oft_unet_`, `lora_prior_unet_`         | denoiser       | sd-scripts, musubi, LyCORIS   |
/// | `lora_unet__`                                         | denoiser       | Wan-Fun                       |
/// | `lora_transformer_`                                   | denoiser       | OneTrainer                    |
/// | `lora_te_`, `lora_te1_`, `lora_te2_`, `lora_te3_`     | text encoder   | the same                      |
/// | `lycoris_`                                            | not said       | LyCORIS, SimpleTuner          |
/// | `diffusion_model.`                                    | denoiser       | ai-toolkit, diffusion-pipe, … |
/// | `unet.`, `transformer.`, `prior.`                     | denoiser       | diffusers                     |
/// | `text_encoder.`, `text_encoder_2.`, `text_encoder_3.` | text encoder   | diffusers                     |
/// | `text_encoders.clip_l.transformer.` and the like      | text encoder   | ComfyUI                       |
/// | a part's root in an all-in-one checkpoint             | that part      | extracted from one            |
/// | anything else                                         | not said       | DiffSynth, Lightning, fal, …  |
struct ModuleReference: Equatable {
  let part: ModelPart?
  /// The name without the prefix.
  let name: String
  /// Whether the name's dots were replaced by underscores.
  let isUnderscored: Bool

  /// With underscores for dots; the longer of two that fit comes first.
  static let underscoredPrefixes: [(prefix: String, part: ModelPart?)] = [
    ("lora_unet__", .denoiser), ("lora_unet_", .denoiser), ("oft_unet_", .denoiser),
    ("lora_prior_unet_", .denoiser), ("lora_prior_te_", .firstEncoder),
    ("lora_transformer_", .denoiser), ("lora_te1_", .firstEncoder),
    ("lora_te2_", .secondEncoder), ("lora_te3_", .thirdEncoder), ("lora_te_", .firstEncoder),
    ("lycoris_", nil),
  ]

  private static let dottedPrefixes: [(prefix: String, part: ModelPart)] = [
    ("diffusion_model.", .denoiser), ("unet.", .denoiser), ("transformer.", .denoiser),
    ("prior.", .denoiser), ("text_encoder.", .firstEncoder), ("text_encoder_2.", .secondEncoder),
    ("text_encoder_3.", .thirdEncoder),
  ]

  init(_ module: String) {
    guard module.contains(".") else {
      let found = Self.underscoredPrefixes.first { module.hasPrefix($0.prefix) }
      (part, isUnderscored) = (found?.part, true)
      name = String(module.dropFirst(found?.prefix.count ?? 0))
      return
    }
    isUnderscored = false
    let roots = PartRoot.all.map { ($0.root, $0.part) }
    let found = (roots + Self.dottedPrefixes).first { module.hasPrefix($0.0) }
    part = found?.1
    let rest = module.dropFirst(found?.0.count ?? 0)
    let wrapper = "base_model.model."
    name = String(rest.hasPrefix(wrapper) ? rest.dropFirst(wrapper.count) : rest)
  }
}

/// Where an all-in-one checkpoint keeps a part.
struct PartRoot {
  let root: String
  let part: ModelPart

  static let all = [
    PartRoot(root: "model.diffusion_model.", part: .denoiser),
    PartRoot(root: "cond_stage_model.transformer.", part: .firstEncoder),
    PartRoot(root: "cond_stage_model.model.", part: .firstEncoder),
    PartRoot(root: "conditioner.embedders.0.transformer.", part: .firstEncoder),
    PartRoot(root: "conditioner.embedders.0.model.", part: .firstEncoder),
    PartRoot(root: "conditioner.embedders.1.model.", part: .secondEncoder),
    PartRoot(root: "text_encoders.clip_l.transformer.", part: .firstEncoder),
    PartRoot(root: "text_encoders.clip_g.transformer.", part: .secondEncoder),
    PartRoot(root: "text_encoders.t5xxl.transformer.", part: .thirdEncoder),
  ]
}
