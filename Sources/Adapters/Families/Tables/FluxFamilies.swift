extension ModelFamily {
  /// FLUX.1: <https://github.com/black-forest-labs/flux/blob/main/src/flux/model.py>.
  static let flux = ModelFamily(
    "Flux", original: TwoStreams.embedders + TwoStreams.blocks + TwoStreams.modulations,
    diffusers: [TwoStreams.outputNorm], others: TwoStreams.xLabs)

  /// Chroma: Flux with one network for all modulations.
  static let chroma = ModelFamily(
    "Chroma",
    original: TwoStreams.blocks + [
      NamingRule("img_in", "x_embedder"), NamingRule("txt_in", "context_embedder"),
      NamingRule("final_layer.linear", "proj_out"),
      NamingRule("distilled_guidance_layer.in_proj", "distilled_guidance_layer.in_proj"),
      NamingRule("distilled_guidance_layer.out_proj", "distilled_guidance_layer.out_proj"),
      NamingRule(
        "distilled_guidance_layer.layers.#.in_layer",
        "distilled_guidance_layer.layers.#.linear_1"),
      NamingRule(
        "distilled_guidance_layer.layers.#.out_layer",
        "distilled_guidance_layer.layers.#.linear_2"),
      NamingRule("distilled_guidance_layer.norms.#", "distilled_guidance_layer.norms.#"),
    ])

  /// FLUX.2: modulations for all blocks at once, and one matrix for a single block's inputs.
  static let flux2 = ModelFamily(
    "Flux 2",
    original: TwoStreams.attention + TwoStreams.output + [
      NamingRule("img_in", "x_embedder"), NamingRule("txt_in", "context_embedder"),
      NamingRule("time_in.in_layer", "time_guidance_embed.timestep_embedder.linear_1"),
      NamingRule("time_in.out_layer", "time_guidance_embed.timestep_embedder.linear_2"),
      NamingRule("guidance_in.in_layer", "time_guidance_embed.guidance_embedder.linear_1"),
      NamingRule("guidance_in.out_layer", "time_guidance_embed.guidance_embedder.linear_2"),
      NamingRule("double_stream_modulation_img.lin", "double_stream_modulation_img.linear"),
      NamingRule("double_stream_modulation_txt.lin", "double_stream_modulation_txt.linear"),
      NamingRule("single_stream_modulation.lin", "single_stream_modulation.linear"),
      NamingRule("double_blocks.#.img_mlp.0", "transformer_blocks.#.ff.linear_in"),
      NamingRule("double_blocks.#.img_mlp.2", "transformer_blocks.#.ff.linear_out"),
      NamingRule("double_blocks.#.txt_mlp.0", "transformer_blocks.#.ff_context.linear_in"),
      NamingRule("double_blocks.#.txt_mlp.2", "transformer_blocks.#.ff_context.linear_out"),
      NamingRule(
        "single_blocks.#.linear1", "single_transformer_blocks.#.attn.to_qkv_mlp_proj"),
      NamingRule("single_blocks.#.linear2", "single_transformer_blocks.#.attn.to_out"),
    ], diffusers: [TwoStreams.outputNorm])

  /// HunyuanVideo in ComfyUI's names; the names of its own code are the others.
  static let hunyuanVideo = ModelFamily(
    "HunyuanVideo",
    original: TwoStreams.blocks + TwoStreams.modulations + TwoStreams.timeEmbedders + [
      NamingRule("img_in.proj", "x_embedder.proj"),
      NamingRule("txt_in.input_embedder", "context_embedder.proj_in"),
      NamingRule("txt_in.t_embedder.in_layer", TextRefiner.time + "linear_1"),
      NamingRule("txt_in.t_embedder.out_layer", TextRefiner.time + "linear_2"),
      NamingRule("txt_in.c_embedder.in_layer", TextRefiner.text + "linear_1"),
      NamingRule("txt_in.c_embedder.out_layer", TextRefiner.text + "linear_2"),
      NamingRule(
        TextRefiner.blocks + "self_attn.qkv", under: TextRefiner.pieces + "attn",
        ["to_q", "to_k", "to_v"]),
      NamingRule(TextRefiner.blocks + "self_attn.proj", TextRefiner.pieces + "attn.to_out.0"),
      NamingRule(TextRefiner.blocks + "mlp.0", TextRefiner.pieces + "ff.net.0.proj"),
      NamingRule(TextRefiner.blocks + "mlp.2", TextRefiner.pieces + "ff.net.2"),
      NamingRule(TextRefiner.blocks + "norm1", TextRefiner.pieces + "norm1"),
      NamingRule(TextRefiner.blocks + "norm2", TextRefiner.pieces + "norm2"),
      NamingRule(
        TextRefiner.blocks + "adaLN_modulation.1", TextRefiner.pieces + "norm_out.linear"),
    ], diffusers: [TwoStreams.outputNorm], others: TwoStreams.tencent + TextRefiner.tencent)
}

/// The names of the token refiner of HunyuanVideo.
private enum TextRefiner {
  static let blocks = "txt_in.individual_token_refiner.blocks.#."
  static let pieces = "context_embedder.token_refiner.refiner_blocks.#."
  static let time = "context_embedder.time_text_embed.timestep_embedder."
  static let text = "context_embedder.time_text_embed.text_embedder."

  static let tencent = [
    NamingRule("txt_in.t_embedder.mlp.0", time + "linear_1"),
    NamingRule("txt_in.t_embedder.mlp.2", time + "linear_2"),
    NamingRule("txt_in.c_embedder.linear_1", text + "linear_1"),
    NamingRule("txt_in.c_embedder.linear_2", text + "linear_2"),
    NamingRule(
      blocks + "self_attn_qkv", under: pieces + "attn", ["to_q", "to_k", "to_v"]),
    NamingRule(blocks + "self_attn_proj", pieces + "attn.to_out.0"),
    NamingRule(blocks + "mlp.fc1", pieces + "ff.net.0.proj"),
    NamingRule(blocks + "mlp.fc2", pieces + "ff.net.2"),
  ]
}
