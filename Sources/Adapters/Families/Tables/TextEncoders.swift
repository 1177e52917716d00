extension ModelFamily {
  /// CLIP's text model: transformers' names, and OpenCLIP's, which has q, k and v as rows of one matrix.
  ///
  /// Source: <https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py>
  static let clipText = ModelFamily(
    "CLIP",
    original: [
      NamingRule(
        "transformer.resblocks.#.attn.in_proj", under: clipLayer + "self_attn",
        ["q_proj", "k_proj", "v_proj"]),
      NamingRule("transformer.resblocks.#.attn.out_proj", clipLayer + "self_attn.out_proj"),
      NamingRule("transformer.resblocks.#.mlp.c_fc", clipLayer + "mlp.fc1"),
      NamingRule("transformer.resblocks.#.mlp.c_proj", clipLayer + "mlp.fc2"),
      NamingRule("transformer.resblocks.#.ln_1", clipLayer + "layer_norm1"),
      NamingRule("transformer.resblocks.#.ln_2", clipLayer + "layer_norm2"),
      NamingRule("ln_final", "text_model.final_layer_norm"),
      NamingRule("token_embedding", "text_model.embeddings.token_embedding"),
    ], isKohyaDiffusers: true)

  /// T5's encoder, which transformers and ComfyUI call the same.
  static let t5Text = ModelFamily(
    "T5",
    original: [
      "0.SelfAttention.q", "0.SelfAttention.k", "0.SelfAttention.v", "0.SelfAttention.o",
      "0.layer_norm", "1.layer_norm", "1.DenseReluDense.wi", "1.DenseReluDense.wi_0",
      "1.DenseReluDense.wi_1", "1.DenseReluDense.wo",
    ].map { NamingRule("encoder.block.#.layer." + $0, "encoder.block.#.layer." + $0) }
      + [
        NamingRule("shared", "shared"),
        NamingRule("encoder.final_layer_norm", "encoder.final_layer_norm"),
      ],
    isKohyaDiffusers: true)

  private static let clipLayer = "text_model.encoder.layers.#."
}
