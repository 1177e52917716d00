extension ModelFamily {
  /// Qwen-Image: diffusers' names everywhere.
  static let qwenImage = ModelFamily(
    "Qwen-Image",
    original: [
      "img_in", "txt_in", "txt_norm", "norm_out.linear", "proj_out",
      "time_text_embed.timestep_embedder.linear_1", "time_text_embed.timestep_embedder.linear_2",
    ].map { NamingRule($0, $0) }
      + [
        "img_mod.1", "txt_mod.1", "img_mlp.net.0.proj", "img_mlp.net.2", "txt_mlp.net.0.proj",
        "txt_mlp.net.2", "attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0",
        "attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj", "attn.to_add_out",
        "attn.norm_q", "attn.norm_k", "attn.norm_added_q", "attn.norm_added_k",
      ].map { NamingRule("transformer_blocks.#." + $0, "transformer_blocks.#." + $0) })

  /// LTX-Video: diffusers' names but for the norms and the embedders.
  static let ltxVideo = ModelFamily(
    "LTX-Video",
    original: [
      NamingRule("patchify_proj", "proj_in"), NamingRule("proj_out", "proj_out"),
      NamingRule("adaln_single.linear", "time_embed.linear"),
      NamingRule(
        "adaln_single.emb.timestep_embedder.linear_1",
        "time_embed.emb.timestep_embedder.linear_1"),
      NamingRule(
        "adaln_single.emb.timestep_embedder.linear_2",
        "time_embed.emb.timestep_embedder.linear_2"),
      NamingRule("caption_projection.linear_1", "caption_projection.linear_1"),
      NamingRule("caption_projection.linear_2", "caption_projection.linear_2"),
      NamingRule("transformer_blocks.#.ff.net.0.proj", "transformer_blocks.#.ff.net.0.proj"),
      NamingRule("transformer_blocks.#.ff.net.2", "transformer_blocks.#.ff.net.2"),
    ] + ["attn1", "attn2"].flatMap(attention))

  private static func attention(_ name: String) -> [NamingRule] {
    let path = "transformer_blocks.#." + name + "."
    return [
      ("to_q", "to_q"), ("to_k", "to_k"), ("to_v", "to_v"), ("to_out.0", "to_out.0"),
      ("q_norm", "norm_q"), ("k_norm", "norm_k"),
    ].map { NamingRule(path + $0.0, path + $0.1) }
  }

  /// Z-Image: <https://github.com/Tongyi-MAI/Z-Image>.
  static let zImage = ModelFamily(
    "Z-Image",
    original: [
      NamingRule("x_embedder", "all_x_embedder.2-1"),
      NamingRule("final_layer.linear", "all_final_layer.2-1.linear"),
      NamingRule("final_layer.adaLN_modulation.1", "all_final_layer.2-1.adaLN_modulation.1"),
      NamingRule("t_embedder.mlp.0", "t_embedder.mlp.0"),
      NamingRule("t_embedder.mlp.2", "t_embedder.mlp.2"),
      NamingRule("cap_embedder.0", "cap_embedder.0"),
      NamingRule("cap_embedder.1", "cap_embedder.1"),
    ] + ["layers.#.", "noise_refiner.#.", "context_refiner.#."].flatMap(zBlock))

  private static func zBlock(_ path: String) -> [NamingRule] {
    let same = [
      "adaLN_modulation.0", "feed_forward.w1", "feed_forward.w2", "feed_forward.w3",
      "attention_norm1", "attention_norm2", "ffn_norm1", "ffn_norm2",
    ]
    return [
      NamingRule(path + "attention.qkv", under: path + "attention", ["to_q", "to_k", "to_v"]),
      NamingRule(path + "attention.out", path + "attention.to_out.0"),
      NamingRule(path + "attention.q_norm", path + "attention.norm_q"),
      NamingRule(path + "attention.k_norm", path + "attention.norm_k"),
    ] + same.map { NamingRule(path + $0, path + $0) }
  }
}
