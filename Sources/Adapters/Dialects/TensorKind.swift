/// What a tensor that is not read here does, told from its name, so that a refusal can say it.
///
/// Whatever it is, it changes the result: without it the file would be another adapter.
///
/// Sources: <https://github.com/KohakuBlueleaf/LyCORIS/tree/main/lycoris/modules>,
/// <https://github.com/Comfy-Org/ComfyUI/blob/master/comfy/lora.py>,
/// <https://github.com/huggingface/peft/tree/main/src/peft/tuners>
enum TensorKind {
  /// Parts of names, the telling ones first.
  private static let kinds: [(part: String, what: String)] = [
    (".alpha", "is the alpha of a module, which scales its update"),
    (".dora_scale", "is a module's DoRA magnitudes"),
    (".lora_mid.", "is a Tucker factor, which stands between a module's two factors"),
    (".diff_b", "is a whole difference of a bias"),
    (".diff", "is a whole difference of a weight, which is not low-rank"),
    (".w_norm", "is the difference of a norm's weight (LyCORIS' train_norm)"),
    (".b_norm", "is the difference of a norm's bias (LyCORIS' train_norm)"),
    (".lora_B.bias", "is a bias of lora_B, which is added to the module's bias"),
    (".lora_b.bias", "is a bias of lora_b, which is added to the module's bias"),
    (".hada_", "is LoHa's, a product of two low-rank matrices element by element"),
    (".lokr_", "is LoKr's, a Kronecker product"),
    (".oft_", "is OFT's, a rotation of the module's outputs"),
    (".boft_", "is BOFT's, a rotation of the module's outputs"),
    (".rescale", "is OFT's, a factor for each output"),
    (".on_input", "is IA³'s, a factor for each input or output"),
    ("ia3_", "is IA³'s, a factor for each input or output"),
    (".a1.weight", "is GLoRA's"), (".a2.weight", "is GLoRA's"), (".b1.weight", "is GLoRA's"),
    (".b2.weight", "is GLoRA's"), (".bm1.weight", "is GLoRA's"), (".bm2.weight", "is GLoRA's"),
    (".scalar", "is LyCORIS' scalar, which multiplies a module's update"),
    (".set_weight", "replaces a weight whole"),
    (".reshape_weight", "widens a weight before its update"),
    (".lora_down.", "is a factor of an update"), (".lora_up.", "is a factor of an update"),
    (".lora_A.", "is a factor of an update"), (".lora_B.", "is a factor of an update"),
    ("_lora1.", "is a factor of an update, in x-labs' names"),
    ("_lora2.", "is a factor of an update, in x-labs' names"),
    ("bundle_emb.", "is an embedding of new words"), ("emb_params", "is an embedding of new words"),
    ("lora_diag", "is KaSA's, the singular values between a module's factors"),
    ("lora_E", "is AdaLoRA's, the singular values between a module's factors"),
    ("ranknum", "is AdaLoRA's count of what is left of a rank"),
    ("vera_", "is VeRA's"), ("hra_", "is HRA's, a chain of reflections"),
    ("prompt_embeddings", "is a prompt that is put before the input"),
    ("lora_", "is a part of LoRA's that is not known here"), ("mask", "is a mask of the factors"),
    ("norm", "is a norm's whole parameter"), (".bias", "is a whole bias"),
    (".weight", "is a whole weight"),
  ]

  /// As in "is the alpha of a module, which scales its update".
  static func says(_ name: String) -> String {
    kinds.first { name.contains($0.part) }?.what ?? "is of a kind that is not known here"
  }

  /// Why a file of this dialect with this tensor is refused.
  static func refusal(_ name: String, dialect: String) -> String {
    says(name) + ", and in files of \(dialect) it is not read; without it the result would be "
      + "another: merge with the tool that wrote it"
  }
}
