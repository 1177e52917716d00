/// What the transformers have in common that first keep image and text in two streams, then in one.
enum TwoStreams {
  private static let qkv = ["to_q", "to_k", "to_v"]
  private static let addedQKV = ["add_q_proj", "add_k_proj", "add_v_proj"]

  static let timeEmbedders = [
    NamingRule("time_in.in_layer", "time_text_embed.timestep_embedder.linear_1"),
    NamingRule("time_in.out_layer", "time_text_embed.timestep_embedder.linear_2"),
    NamingRule("vector_in.in_layer", "time_text_embed.text_embedder.linear_1"),
    NamingRule("vector_in.out_layer", "time_text_embed.text_embedder.linear_2"),
    NamingRule("guidance_in.in_layer", "time_text_embed.guidance_embedder.linear_1"),
    NamingRule("guidance_in.out_layer", "time_text_embed.guidance_embedder.linear_2"),
  ]

  static let embedders =
    [
      NamingRule("img_in", "x_embedder"), NamingRule("txt_in", "context_embedder"),
    ] + timeEmbedders

  static let attention = [
    NamingRule("double_blocks.#.img_attn.qkv", under: "transformer_blocks.#.attn", qkv),
    NamingRule("double_blocks.#.txt_attn.qkv", under: "transformer_blocks.#.attn", addedQKV),
    NamingRule("double_blocks.#.img_attn.proj", "transformer_blocks.#.attn.to_out.0"),
    NamingRule("double_blocks.#.txt_attn.proj", "transformer_blocks.#.attn.to_add_out"),
    NamingRule("double_blocks.#.img_attn.norm.query_norm", "transformer_blocks.#.attn.norm_q"),
    NamingRule("double_blocks.#.img_attn.norm.key_norm", "transformer_blocks.#.attn.norm_k"),
    NamingRule(
      "double_blocks.#.txt_attn.norm.query_norm", "transformer_blocks.#.attn.norm_added_q"),
    NamingRule(
      "double_blocks.#.txt_attn.norm.key_norm", "transformer_blocks.#.attn.norm_added_k"),
    NamingRule("single_blocks.#.norm.query_norm", "single_transformer_blocks.#.attn.norm_q"),
    NamingRule("single_blocks.#.norm.key_norm", "single_transformer_blocks.#.attn.norm_k"),
  ]

  static let blocks =
    attention + [
      NamingRule("double_blocks.#.img_mlp.0", "transformer_blocks.#.ff.net.0.proj"),
      NamingRule("double_blocks.#.img_mlp.2", "transformer_blocks.#.ff.net.2"),
      NamingRule("double_blocks.#.txt_mlp.0", "transformer_blocks.#.ff_context.net.0.proj"),
      NamingRule("double_blocks.#.txt_mlp.2", "transformer_blocks.#.ff_context.net.2"),
      NamingRule(
        "single_blocks.#.linear1", under: "single_transformer_blocks.#", singleInputs,
        share: .columns(count: 3)),
      NamingRule("single_blocks.#.linear2", "single_transformer_blocks.#.proj_out"),
    ]

  private static let singleInputs = ["attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"]

  static let modulations =
    output + [
      NamingRule("double_blocks.#.img_mod.lin", "transformer_blocks.#.norm1.linear"),
      NamingRule("double_blocks.#.txt_mod.lin", "transformer_blocks.#.norm1_context.linear"),
      NamingRule("single_blocks.#.modulation.lin", "single_transformer_blocks.#.norm.linear"),
    ]

  /// The model's own code has shift above scale, diffusers scale above shift.
  static let output = [
    NamingRule("final_layer.linear", "proj_out"),
    NamingRule(
      "final_layer.adaLN_modulation.1", of: ["norm_out.linear[1]", "norm_out.linear[0]"]),
  ]
  static let outputNorm = NamingRule(
    "norm_out.linear", of: ["norm_out.linear[0]", "norm_out.linear[1]"])

  /// x-labs' trainer: <https://github.com/XLabs-AI/x-flux>.
  static let xLabs = [
    NamingRule(
      "double_blocks.#.processor.qkv_lora1", under: "transformer_blocks.#.attn", qkv),
    NamingRule(
      "double_blocks.#.processor.qkv_lora2", under: "transformer_blocks.#.attn", addedQKV),
    NamingRule("double_blocks.#.processor.proj_lora1", "transformer_blocks.#.attn.to_out.0"),
    NamingRule("double_blocks.#.processor.proj_lora2", "transformer_blocks.#.attn.to_add_out"),
    NamingRule(
      "single_blocks.#.processor.qkv_lora", under: "single_transformer_blocks.#.attn", qkv),
    NamingRule("single_blocks.#.processor.proj_lora", "single_transformer_blocks.#.proj_out"),
  ]

  /// Tencent's code: <https://github.com/Tencent-Hunyuan/HunyuanVideo/blob/main/hyvideo/modules/models.py>.
  static let tencent = [
    NamingRule("double_blocks.#.img_attn_qkv", under: "transformer_blocks.#.attn", qkv),
    NamingRule("double_blocks.#.txt_attn_qkv", under: "transformer_blocks.#.attn", addedQKV),
    NamingRule("double_blocks.#.img_attn_proj", "transformer_blocks.#.attn.to_out.0"),
    NamingRule("double_blocks.#.txt_attn_proj", "transformer_blocks.#.attn.to_add_out"),
    NamingRule("double_blocks.#.img_attn_q_norm", "transformer_blocks.#.attn.norm_q"),
    NamingRule("double_blocks.#.img_attn_k_norm", "transformer_blocks.#.attn.norm_k"),
    NamingRule("double_blocks.#.txt_attn_q_norm", "transformer_blocks.#.attn.norm_added_q"),
    NamingRule("double_blocks.#.txt_attn_k_norm", "transformer_blocks.#.attn.norm_added_k"),
    NamingRule("double_blocks.#.img_mod.linear", "transformer_blocks.#.norm1.linear"),
    NamingRule("double_blocks.#.txt_mod.linear", "transformer_blocks.#.norm1_context.linear"),
    NamingRule("double_blocks.#.img_mlp.fc1", "transformer_blocks.#.ff.net.0.proj"),
    NamingRule("double_blocks.#.img_mlp.fc2", "transformer_blocks.#.ff.net.2"),
    NamingRule("double_blocks.#.txt_mlp.fc1", "transformer_blocks.#.ff_context.net.0.proj"),
    NamingRule("double_blocks.#.txt_mlp.fc2", "transformer_blocks.#.ff_context.net.2"),
    NamingRule("single_blocks.#.q_norm", "single_transformer_blocks.#.attn.norm_q"),
    NamingRule("single_blocks.#.k_norm", "single_transformer_blocks.#.attn.norm_k"),
    NamingRule("single_blocks.#.modulation.linear", "single_transformer_blocks.#.norm.linear"),
    NamingRule("time_in.mlp.0", "time_text_embed.timestep_embedder.linear_1"),
    NamingRule("time_in.mlp.2", "time_text_embed.timestep_embedder.linear_2"),
    NamingRule("guidance_in.mlp.0", "time_text_embed.guidance_embedder.linear_1"),
    NamingRule("guidance_in.mlp.2", "time_text_embed.guidance_embedder.linear_2"),
  ]
}
