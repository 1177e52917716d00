import Tensors

/// Tells adapters of image and video models by their tensors' names, where no configuration comes with
/// them: there, alpha is the rank unless the file says otherwise.
///
/// Adapters of language models have such names as well, and theirs is never the rank by itself.
package enum ImageAdapter {
  /// Whether these are the tensors of such an adapter.
  static func isOne(_ names: [String]) -> Bool {
    let modules = names.compactMap { KohyaName($0, takesShared: true)?.module }
    guard !modules.isEmpty else { return false }
    let hasPart = modules.contains { module in parts.contains(where: module.hasPrefix) }
    return hasPart || modules.contains(where: isDiffusersTransformer)
      || !families(of: modules).isEmpty
  }

  /// Parts of pipelines; `transformer.` leads names of language models too.
  private static let parts = [
    "diffusion_model.", "model.diffusion_model.", "unet.", "text_encoder.", "text_encoder_2.",
    "text_encoder_3.",
  ]

  /// Whether diffusers' prefix leads the name, and no language model's, which can have the same.
  private static func isDiffusersTransformer(_ module: String) -> Bool {
    guard module.hasPrefix("transformer.") else { return false }
    let rest = module.dropFirst("transformer.".count)
    let isDiffusers = [".to_q", ".to_k", ".to_v", ".to_out.0"].contains(where: rest.hasSuffix)
    return isDiffusers || !languageRoots.contains(where: rest.hasPrefix)
  }

  /// What follows `transformer.` in GPT-2, Falcon, BLOOM, MPT, ChatGLM, CTRL, XLM and DistilBERT.
  private static let languageRoots = [
    "h.", "blocks.", "encoder.", "layers.", "layer.", "attentions.", "ffns.", "word_embeddings",
    "wte", "embedding.",
  ]

  /// The families whose denoiser has modules of these names.
  static func families(of modules: [String]) -> [ModelFamily] {
    let references = modules.map(ModuleReference.init).filter {
      $0.part == nil || $0.part == .denoiser
    }
    let isUnderscored = references.first?.isUnderscored ?? false
    return ModelFamily.fitting(references.map(\.name), isUnderscored: isUnderscored)
  }

  /// The families that know one module: of the denoiser, or of text encoders.
  static func families(knowing name: ModuleReference) -> [ModelFamily] {
    let encoders = [ModelFamily.clipText, .t5Text]
    let candidates =
      name.part == nil
      ? ModelFamily.all + encoders
      : name.part == .denoiser ? ModelFamily.all : encoders
    return candidates.filter { $0.run(of: name.name, isUnderscored: name.isUnderscored) != nil }
  }
}
