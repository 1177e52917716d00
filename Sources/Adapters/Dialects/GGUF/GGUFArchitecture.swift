/// A model architecture as GGUF names it, and its tables of names on both sides.
///
/// Common to all: `N` is the number of the layer, and `.weight` follows on both sides.
///
/// | GGUF             | llama family, qwen, gemma, phi3      | gpt2                      |
/// |------------------|--------------------------------------|---------------------------|
/// | `token_embd`     | `model.embed_tokens`                 | `transformer.wte`         |
/// | `output`         | `lm_head`                            | `lm_head`                 |
/// | `blk.N.attn_q`   | `model.layers.N.self_attn.q_proj`    |                           |
/// | `blk.N.attn_k`   | `model.layers.N.self_attn.k_proj`    |                           |
/// | `blk.N.attn_v`   | `model.layers.N.self_attn.v_proj`    |                           |
/// | `blk.N.attn_qkv` | `model.layers.N.self_attn.qkv_proj` (phi3) | `transformer.h.N.attn.c_attn` |
/// | `blk.N.attn_output` | `model.layers.N.self_attn.o_proj` | `transformer.h.N.attn.c_proj` |
/// | `blk.N.ffn_gate` | `model.layers.N.mlp.gate_proj`       |                           |
/// | `blk.N.ffn_up`   | `model.layers.N.mlp.up_proj`, `gate_up_proj` (phi3) | `transformer.h.N.mlp.c_fc` |
/// | `blk.N.ffn_down` | `model.layers.N.mlp.down_proj`       | `transformer.h.N.mlp.c_proj` |
///
/// Source: <https://github.com/ggml-org/llama.cpp/blob/master/gguf-py/gguf/tensor_mapping.py>
struct GGUFArchitecture {
  /// `general.architecture`.
  let name: String
  /// `model_type` of Hugging Face's configurations that become it.
  let modelTypes: [String]
  /// Whether query and key rows change their order: `HeadOrder`.
  let interleavesHeads: Bool
  /// GGUF's name of a module inside a layer, and Hugging Face's.
  private let blockNames: [(gguf: String, module: String)]
  /// What leads the name of a layer's module, before the layer's number.
  private let layers: String
  private let embedding: String

  static let all: [GGUFArchitecture] = [
    GGUFArchitecture("llama", ["llama", "mistral"], interleavesHeads: true),
    GGUFArchitecture("granite", ["granite"], interleavesHeads: true),
    GGUFArchitecture("qwen2", ["qwen2"]),
    GGUFArchitecture("qwen3", ["qwen3"]),
    GGUFArchitecture("gemma", ["gemma"]),
    GGUFArchitecture("gemma2", ["gemma2"]),
    GGUFArchitecture("gemma3", ["gemma3", "gemma3_text"]),
    GGUFArchitecture(
      "phi3", ["phi3"],
      blockNames: [
        ("attn_qkv", "self_attn.qkv_proj"), ("attn_output", "self_attn.o_proj"),
        ("ffn_up", "mlp.gate_up_proj"), ("ffn_down", "mlp.down_proj"),
      ]),
    GGUFArchitecture(
      "gpt2", ["gpt2"], layers: "transformer.h.", embedding: "transformer.wte",
      blockNames: [
        ("attn_qkv", "attn.c_attn"), ("attn_output", "attn.c_proj"), ("ffn_up", "mlp.c_fc"),
        ("ffn_down", "mlp.c_proj"),
      ]),
  ]

  private static let usualBlockNames: [(gguf: String, module: String)] = [
    ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"), ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
  ]

  private init(
    _ name: String, _ modelTypes: [String], interleavesHeads: Bool = false,
    layers: String = "model.layers.", embedding: String = "model.embed_tokens",
    blockNames: [(gguf: String, module: String)] = usualBlockNames
  ) {
    self.name = name
    self.modelTypes = modelTypes
    self.interleavesHeads = interleavesHeads
    self.layers = layers
    self.embedding = embedding
    self.blockNames = blockNames
  }

  static func named(_ name: String) -> GGUFArchitecture? {
    all.first { $0.name == name }
  }

  static func forModelType(_ type: String) -> GGUFArchitecture? {
    all.first { $0.modelTypes.contains(type) }
  }

  // MARK: Names

  /// The module that GGUF calls `name` (without `.weight`), or nil.
  func module(for name: String) -> String? {
    switch name {
    case "token_embd": return embedding
    case "output": return "lm_head"
    default: break
    }
    let parts = name.split(separator: ".", maxSplits: 2)
    guard parts.count == 3, parts[0] == "blk", let layer = Int(parts[1]), layer >= 0,
      let found = blockNames.first(where: { $0.gguf == parts[2] })
    else { return nil }
    return "\(layers)\(layer).\(found.module)"
  }

  /// GGUF's name of `module`, without `.weight`, or nil.
  ///
  /// Leading parts that `NameMap` lets stand for each other do not matter.
  func name(of module: String) -> String? {
    let variants = [module, "transformer." + module].flatMap { NameMap.variants(of: $0) }
    for variant in variants {
      if variant == embedding { return "token_embd" }
      if variant == "lm_head" { return "output" }
      guard variant.hasPrefix(layers) else { continue }
      let parts = variant.dropFirst(layers.count).split(separator: ".", maxSplits: 1)
      if parts.count == 2, let layer = Int(parts[0]),
        let found = blockNames.first(where: { $0.module == parts[1] })
      {
        return "blk.\(layer).\(found.gguf)"
      }
    }
    return nil
  }

  /// Whose rows of `name` are interleaved, or nil.
  func interleavedHeads(of name: String) -> HeadKind? {
    guard interleavesHeads else { return nil }
    if name.hasSuffix(".attn_q") { return .queries }
    return name.hasSuffix(".attn_k") ? .keys : nil
  }
}
