extension ModelLayout {
  /// GPT-2: learned positions, one matrix for query, key and value, `[in, out]` weights.
  mutating func addGPT2() throws {
    let width = try size("n_embd")
    let inner = try size("n_inner", else: 4 * width)
    let vocabulary = try size("vocab_size")
    try add("transformer.wte.weight", vocabulary, width)
    try add("transformer.wpe.weight", try size("n_positions", else: 1024), width)
    for layer in 0..<(try layerCount("n_layer")) {
      let name = "transformer.h.\(layer)."
      try addNorm(name + "ln_1", width, bias: true)
      try addTransposed(name + "attn.c_attn", width, 3 * width)
      try addTransposed(name + "attn.c_proj", width, width)
      try addNorm(name + "ln_2", width, bias: true)
      try addTransposed(name + "mlp.c_fc", width, inner)
      try addTransposed(name + "mlp.c_proj", inner, width)
    }
    try addNorm("transformer.ln_f", width, bias: true)
    try addHead("lm_head", width, vocabulary, tiedUnlessSaid: true)
  }

  /// `Conv1D(output, input)`: W `[input, output]` and b `[output]`.
  private mutating func addTransposed(_ name: String, _ input: Int, _ output: Int) throws {
    try add(name + ".weight", input, output)
    try add(name + ".bias", output)
  }

  /// GPT-NeoX, the architecture of Pythia: biases everywhere, rotary positions, no tied weights.
  mutating func addGPTNeoX() throws {
    let width = try size("hidden_size")
    let inner = try size("intermediate_size")
    let vocabulary = try size("vocab_size")
    let bias = try flag("attention_bias", else: true)
    try add("gpt_neox.embed_in.weight", vocabulary, width)
    for layer in 0..<(try layerCount("num_hidden_layers")) {
      let name = "gpt_neox.layers.\(layer)."
      try addNorm(name + "input_layernorm", width, bias: true)
      try addNorm(name + "post_attention_layernorm", width, bias: true)
      try addLinear(name + "attention.query_key_value", width, 3 * width, bias: bias)
      try addLinear(name + "attention.dense", width, width, bias: bias)
      try addLinear(name + "mlp.dense_h_to_4h", width, inner, bias: true)
      try addLinear(name + "mlp.dense_4h_to_h", inner, width, bias: true)
    }
    try addNorm("gpt_neox.final_layer_norm", width, bias: true)
    try addHead("embed_out", width, vocabulary, tiedUnlessSaid: false)
  }

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

  /// Phi-1.5 and Phi-2: attention and network side by side behind one normalization.
  mutating func addPhi() throws {
    let width = try size("hidden_size")
    let inner = try size("intermediate_size")
    let vocabulary = try size("vocab_size")
    let heads = try size("num_attention_heads")
    let head = try quotient(width, "hidden_size", by: heads, "num_attention_heads")
    let keys = try size("num_key_value_heads", else: heads) * head
    try add("model.embed_tokens.weight", vocabulary, width)
    for layer in 0..<(try layerCount("num_hidden_layers")) {
      let name = "model.layers.\(layer)."
      try addLinear(name + "self_attn.q_proj", width, width, bias: true)
      try addLinear(name + "self_attn.k_proj", width, keys, bias: true)
      try addLinear(name + "self_attn.v_proj", width, keys, bias: true)
      try addLinear(name + "self_attn.dense", width, width, bias: true)
      try addLinear(name + "mlp.fc1", width, inner, bias: true)
      try addLinear(name + "mlp.fc2", inner, width, bias: true)
      try addNorm(name + "input_layernorm", width, bias: true)
    }
    try addNorm("model.final_layernorm", width, bias: true)
    try addHead("lm_head", width, vocabulary, bias: true, tiedUnlessSaid: false)
  }
}
