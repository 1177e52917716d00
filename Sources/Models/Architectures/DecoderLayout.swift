/// What tells the decoders of the Llama family apart.
struct DecoderStyle: Sendable {
  /// Whether query, key and value have biases when the configuration does not say.
  var hasQueryBias = false
  /// `q_norm` and `k_norm` over a head.
  var normalizesHeads = false
  /// Normalizations of a layer.
  var norms = ["input_layernorm", "post_attention_layernorm"]
  var isTied = false
  /// Query, key and value in one matrix, gate and up in another.
  var isFused = false
  /// Names of gate, up and down in an expert, and what leads to it.
  var experts = (block: "mlp", gate: "gate_proj", up: "up_proj", down: "down_proj")

  static let llama = DecoderStyle()
  static let qwen2 = DecoderStyle(hasQueryBias: true)
  static let qwen3 = DecoderStyle(normalizesHeads: true)
  static let phi3 = DecoderStyle(isFused: true)
  static let mixtral = DecoderStyle(experts: ("block_sparse_moe", "w1", "w3", "w2"))
  static let gemma = DecoderStyle(isTied: true)
  static let gemma2 = DecoderStyle(norms: fourNorms, isTied: true)
  static let gemma3 = DecoderStyle(normalizesHeads: true, norms: fourNorms, isTied: true)

  private static let fourNorms = [
    "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm",
    "post_feedforward_layernorm",
  ]
}

/// The sizes of a decoder's layers.
private struct DecoderSizes {
  let hidden: Int
  let intermediate: Int
  let heads: Int
  let keyHeads: Int
  let headWidth: Int

  init(_ model: ModelLayout) throws {
    hidden = try model.size("hidden_size")
    intermediate = try model.size("intermediate_size")
    heads = try model.size("num_attention_heads")
    keyHeads = try model.size("num_key_value_heads", else: heads)
    headWidth =
      try model.has("head_dim")
      ? model.size("head_dim")
      : model.quotient(hidden, "hidden_size", by: heads, "num_attention_heads")
    _ = try model.quotient(
      heads, "num_attention_heads", by: keyHeads, "num_key_value_heads")
  }
}

extension ModelLayout {
  /// Llama and its relatives: attention with fewer keys than queries, a gated network, RMS norms.
  mutating func addDecoder(_ style: DecoderStyle) throws {
    let sizes = try DecoderSizes(self)
    let vocabulary = try size("vocab_size")
    let layers = try layerCount("num_hidden_layers")
    let experts = try size("num_local_experts", "num_experts", else: 0)
    let sparseStep = try size("decoder_sparse_step", else: 1)
    let dense = Set(try integers("mlp_only_layers"))
    try add("model.embed_tokens.weight", vocabulary, sizes.hidden)
    for layer in 0..<layers {
      let name = "model.layers.\(layer)."
      try addAttention(name + "self_attn.", sizes, style)
      if experts > 0, (layer + 1).isMultiple(of: sparseStep), !dense.contains(layer) {
        try addExperts(name + style.experts.block + ".", experts, sizes, style)
      } else {
        try addGatedNetwork(name + "mlp.", sizes, style)
      }
      for norm in style.norms { try addNorm(name + norm, sizes.hidden) }
    }
    try addNorm("model.norm", sizes.hidden)
    try addHead("lm_head", sizes.hidden, vocabulary, tiedUnlessSaid: style.isTied)
  }

  private mutating func addAttention(
    _ name: String, _ sizes: DecoderSizes, _ style: DecoderStyle
  ) throws {
    let (queries, keys) = (sizes.heads * sizes.headWidth, sizes.keyHeads * sizes.headWidth)
    if style.isFused {
      try addLinear(name + "qkv_proj", sizes.hidden, queries + 2 * keys)
      try addLinear(name + "o_proj", queries, sizes.hidden)
      return
    }
    let outBias = try flag("attention_bias", else: false)
    let bias = style.hasQueryBias || outBias
    try addLinear(name + "q_proj", sizes.hidden, queries, bias: bias)
    try addLinear(name + "k_proj", sizes.hidden, keys, bias: bias)
    try addLinear(name + "v_proj", sizes.hidden, keys, bias: bias)
    try addLinear(name + "o_proj", queries, sizes.hidden, bias: outBias)
    if style.normalizesHeads {
      try addNorm(name + "q_norm", sizes.headWidth)
      try addNorm(name + "k_norm", sizes.headWidth)
    }
  }

  private mutating func addGatedNetwork(
    _ name: String, _ sizes: DecoderSizes, _ style: DecoderStyle
  ) throws {
    let bias = try flag("mlp_bias", else: false)
    if style.isFused {
      try addLinear(name + "gate_up_proj", sizes.hidden, 2 * sizes.intermediate)
    } else {
      try addLinear(name + "gate_proj", sizes.hidden, sizes.intermediate, bias: bias)
      try addLinear(name + "up_proj", sizes.hidden, sizes.intermediate, bias: bias)
    }
    try addLinear(name + "down_proj", sizes.intermediate, sizes.hidden, bias: bias)
  }

  /// Experts as their files hold them, one by one, and the router that chooses among them.
  private mutating func addExperts(
    _ name: String, _ count: Int, _ sizes: DecoderSizes, _ style: DecoderStyle
  ) throws {
    let width = try size("moe_intermediate_size", else: sizes.intermediate)
    try addLinear(name + "gate", sizes.hidden, count)
    for expert in 0..<count {
      let prefix = "\(name)experts.\(expert)."
      try addLinear(prefix + style.experts.gate, sizes.hidden, width)
      try addLinear(prefix + style.experts.up, sizes.hidden, width)
      try addLinear(prefix + style.experts.down, width, sizes.hidden)
    }
  }
}
