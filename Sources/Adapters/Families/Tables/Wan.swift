extension ModelFamily {
  /// Wan 2.1 and 2.2: <https://github.com/Wan-Video/Wan2.1/blob/main/wan/modules/model.py>.
  static let wan = ModelFamily(
    "Wan",
    original: [
      NamingRule("patch_embedding", "patch_embedding"),
      NamingRule("time_embedding.0", "condition_embedder.time_embedder.linear_1"),
      NamingRule("time_embedding.2", "condition_embedder.time_embedder.linear_2"),
      NamingRule("time_projection.1", "condition_embedder.time_proj"),
      NamingRule("text_embedding.0", "condition_embedder.text_embedder.linear_1"),
      NamingRule("text_embedding.2", "condition_embedder.text_embedder.linear_2"),
      NamingRule("img_emb.proj.0", "condition_embedder.image_embedder.norm1"),
      NamingRule("img_emb.proj.1", "condition_embedder.image_embedder.ff.net.0.proj"),
      NamingRule("img_emb.proj.3", "condition_embedder.image_embedder.ff.net.2"),
      NamingRule("img_emb.proj.4", "condition_embedder.image_embedder.norm2"),
      NamingRule("blocks.#.ffn.0", "blocks.#.ffn.net.0.proj"),
      NamingRule("blocks.#.ffn.2", "blocks.#.ffn.net.2"),
      // norm2 of the model's own code has no parameters.
      NamingRule("blocks.#.norm3", "blocks.#.norm2"),
      NamingRule("blocks.#.cross_attn.k_img", "blocks.#.attn2.add_k_proj"),
      NamingRule("blocks.#.cross_attn.v_img", "blocks.#.attn2.add_v_proj"),
      NamingRule("blocks.#.cross_attn.norm_k_img", "blocks.#.attn2.norm_added_k"),
      NamingRule("head.head", "proj_out"),
    ] + attention("self_attn", "attn1") + attention("cross_attn", "attn2"))

  private static func attention(_ name: String, _ piece: String) -> [NamingRule] {
    [
      ("q", "to_q"), ("k", "to_k"), ("v", "to_v"), ("o", "to_out.0"), ("norm_q", "norm_q"),
      ("norm_k", "norm_k"),
    ].map { NamingRule("blocks.#.\(name).\($0.0)", "blocks.#.\(piece).\($0.1)") }
  }
}
