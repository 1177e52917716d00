import Tensors

/// How a program spells the modules of image and video models in an adapter's file.
package enum FamilyNaming: String, Sendable {
  /// kohya's trainers, and ComfyUI: `lora_unet_` and the names of the model's own code, of Stable
  /// Diffusion 1 and 2 those of diffusers, with underscores for dots.
  case kohya
  /// diffusers: `unet.`, `transformer.`, `text_encoder.`, and diffusers' names.
  case diffusers
  /// ComfyUI: `diffusion_model.`, and the names of the model's own code.
  case comfy
  /// PEFT's folder of one of diffusers' models: its names alone.
  case peft

  /// The table that a denoiser's names come from.
  func table(of family: ModelFamily) -> NamingTable {
    switch self {
    case .diffusers, .peft: family.diffusers
    case .comfy: family.original
    case .kohya: family.isKohyaDiffusers ? family.diffusers : family.original
    }
  }

  /// The full name of a module; nil when the program has no name for that part.
  ///
  /// - Parameters:
  ///   - name: In the program's own table.
  ///   - part: The part that the module is in.
  ///   - family: The denoiser's, where the adapter has one.
  ///   - hasSeveralEncoders: Whether the adapter has a second text encoder.
  /// - Returns: As the program's files spell it.
  func spelled(
    _ name: String, in part: ModelPart, of family: ModelFamily?, hasSeveralEncoders: Bool
  ) -> String? {
    switch self {
    case .peft: name
    case .kohya:
      kohyaPrefix(of: part, family, hasSeveralEncoders) + UnderscoredNames.underscored(name)
    case .diffusers: diffusersPrefix(of: part, family).map { $0 + name }
    case .comfy: Self.comfyPrefix(of: part, family) + name
    }
  }

  private func kohyaPrefix(
    of part: ModelPart, _ family: ModelFamily?, _ hasSeveralEncoders: Bool
  ) -> String {
    switch part {
    case .denoiser: return "lora_unet_"
    case .firstEncoder:
      let isOnly = family?.isKohyaDiffusers ?? !hasSeveralEncoders
      return isOnly ? "lora_te_" : "lora_te1_"
    case .secondEncoder: return "lora_te2_"
    case .thirdEncoder: return "lora_te3_"
    }
  }

  private func diffusersPrefix(of part: ModelPart, _ family: ModelFamily?) -> String? {
    switch part {
    case .denoiser: family.map { $0.isUNet ? "unet." : "transformer." }
    case .firstEncoder: "text_encoder."
    case .secondEncoder: "text_encoder_2."
    case .thirdEncoder: nil
    }
  }

  private static func comfyPrefix(of part: ModelPart, _ family: ModelFamily?) -> String {
    switch part {
    case .denoiser: "diffusion_model."
    case .firstEncoder:
      family?.name == ModelFamily.stableDiffusion2.name
        ? "text_encoders.clip_h.transformer." : "text_encoders.clip_l.transformer."
    case .secondEncoder: "text_encoders.clip_g.transformer."
    case .thirdEncoder: "text_encoders.t5xxl.transformer."
    }
  }
}
