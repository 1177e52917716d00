extension ModelFamily {
  /// Stable Diffusion 3 and 3.5: <https://github.com/Stability-AI/sd3.5/blob/main/mmditx.py>.
  ///
  /// The modulation of the last block's context is left out: its halves are swapped, and which block is
  /// the last one a name does not tell.
  static let stableDiffusion3 = ModelFamily(
    "Stable Diffusion 3", original: embedders + block, diffusers: [TwoStreams.outputNorm])

  private static let embedders =
    TwoStreams.output + [
      NamingRule("x_embedder.proj", "pos_embed.proj"),
      NamingRule("context_embedder", "context_embedder"),
      NamingRule("t_embedder.mlp.0", "time_text_embed.timestep_embedder.linear_1"),
      NamingRule("t_embedder.mlp.2", "time_text_embed.timestep_embedder.linear_2"),
      NamingRule("y_embedder.mlp.0", "time_text_embed.text_embedder.linear_1"),
      NamingRule("y_embedder.mlp.2", "time_text_embed.text_embedder.linear_2"),
    ]

  private static let (image, context, pieces) = (
    "joint_blocks.#.x_block.", "joint_blocks.#.context_block.", "transformer_blocks.#."
  )

  private static let block = [
    NamingRule(image + "attn.qkv", under: pieces + "attn", ["to_q", "to_k", "to_v"]),
    NamingRule(image + "attn2.qkv", under: pieces + "attn2", ["to_q", "to_k", "to_v"]),
    NamingRule(
      context + "attn.qkv", under: pieces + "attn", ["add_q_proj", "add_k_proj", "add_v_proj"]),
    NamingRule(image + "attn.proj", pieces + "attn.to_out.0"),
    NamingRule(image + "attn2.proj", pieces + "attn2.to_out.0"),
    NamingRule(context + "attn.proj", pieces + "attn.to_add_out"),
    NamingRule(image + "attn.ln_q", pieces + "attn.norm_q"),
    NamingRule(image + "attn.ln_k", pieces + "attn.norm_k"),
    NamingRule(image + "attn2.ln_q", pieces + "attn2.norm_q"),
    NamingRule(image + "attn2.ln_k", pieces + "attn2.norm_k"),
    NamingRule(context + "attn.ln_q", pieces + "attn.norm_added_q"),
    NamingRule(context + "attn.ln_k", pieces + "attn.norm_added_k"),
    NamingRule(image + "adaLN_modulation.1", pieces + "norm1.linear"),
    NamingRule(image + "mlp.fc1", pieces + "ff.net.0.proj"),
    NamingRule(image + "mlp.fc2", pieces + "ff.net.2"),
    NamingRule(context + "mlp.fc1", pieces + "ff_context.net.0.proj"),
    NamingRule(context + "mlp.fc2", pieces + "ff_context.net.2"),
  ]
}
