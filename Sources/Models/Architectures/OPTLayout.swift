extension ModelLayout {
  /// OPT: learned positions behind an offset of 2, and embeddings that may be narrower.
  mutating func addOPT() throws {
    let width = try size("hidden_size")
    let inner = try size("ffn_dim")
    let vocabulary = try size("vocab_size")
    let embedding = try size("word_embed_proj_dim", else: width)
    let bias = try flag("enable_bias", else: true)
    let normsFirst = try flag("do_layer_norm_before", else: true)
    try add("model.decoder.embed_tokens.weight", vocabulary, embedding)
    try add(
      "model.decoder.embed_positions.weight", try size("max_position_embeddings") + 2, width)
    if embedding != width {
      try addLinear("model.decoder.project_out", width, embedding)
      try addLinear("model.decoder.project_in", embedding, width)
    }
    for layer in 0..<(try layerCount("num_hidden_layers")) {
      let name = "model.decoder.layers.\(layer)."
      for part in ["k_proj", "v_proj", "q_proj", "out_proj"] {
        try addLinear(name + "self_attn." + part, width, width, bias: bias)
      }
      try addNorm(name + "self_attn_layer_norm", width, bias: true)
      try addLinear(name + "fc1", width, inner, bias: bias)
      try addLinear(name + "fc2", inner, width, bias: bias)
      try addNorm(name + "final_layer_norm", width, bias: true)
    }
    if normsFirst, !(try flag("_remove_final_layer_norm", else: false)) {
      try addNorm("model.decoder.final_layer_norm", width, bias: true)
    }
    try addHead("lm_head", embedding, vocabulary, tiedUnlessSaid: true)
  }
}
