/// A family of models whose modules transformers 5 calls otherwise in memory than files do.
///
/// It converts names on loading and on saving; PEFT trains and saves the names in memory. Each rule is
/// tried once, in order, on what the earlier ones left; the last list holds modules that are one
/// in the file and several in memory.
///
/// Source: <https://github.com/huggingface/transformers/blob/main/src/transformers/conversion_mapping.py>
struct RenamingFamily {
  private let renamings: [RenamingRule]
  private let splits: [RenamingRule]
  /// The `model_type`s whose modules the splits cut.
  private let types: Set<String>

  private init(
    _ renamings: [RenamingRule], splits: [RenamingRule] = [], of types: Set<String> = []
  ) {
    (self.renamings, self.splits, self.types) = (renamings, splits, types)
  }

  /// What the module `parts` of a file is called in memory: one name, or one for each of the modules
  /// whose rows it holds; nil where it keeps its name.
  func names(for parts: [Substring]) -> [[Substring]]? {
    var name = parts
    for rule in renamings {
      if let renamed = rule.names(for: name) { name = renamed[0] }
    }
    for rule in splits {
      if let several = rule.names(for: name) { return several }
    }
    return name == parts ? nil : [name]
  }

  /// Whether memory has several modules where a file of this model has one of this name.
  func cuts(_ parts: [Substring], of type: String) -> Bool {
    types.contains(type) && (names(for: parts)?.count ?? 1) > 1
  }

  static let all = [
    transformerVision, dino, swin, segformer, detection, nomicBERT, gte, jina, hrm, radio, mixtral,
    phiMoE, neoX, exaone,
  ]

  /// ViT, DeiT, BEiT, ViT-MAE, ViT-MSN, I-JEPA, ViViT, AST.
  private static let transformerVision = Self([
    RenamingRule("encoder.layer", "layers"),
    RenamingRule("attention.query", "q_proj"), RenamingRule("attention.key", "k_proj"),
    RenamingRule("attention.value", "v_proj"),
    RenamingRule("attention.output.dense", "attention.o_proj"),
    RenamingRule("intermediate.dense", "mlp.fc1"), RenamingRule("output.dense", "mlp.fc2"),
  ])

  /// DINOv2, with registers and without.
  private static let dino = Self(
    [
      RenamingRule("attention.attention.query", "attention.q_proj"),
      RenamingRule("attention.attention.key", "attention.k_proj"),
      RenamingRule("attention.attention.value", "attention.v_proj"),
      RenamingRule("attention.output.dense", "attention.o_proj"),
      RenamingRule("mlp.weights_out", "mlp.down_proj"),
    ], splits: [RenamingRule("mlp.weights_in", ["mlp.gate_proj", "mlp.up_proj"])],
    of: ["dinov2", "dinov2_with_registers"])

  private static let swin = Self([
    RenamingRule("attention.self.query", "attention.q_proj"),
    RenamingRule("attention.self.key", "attention.k_proj"),
    RenamingRule("attention.self.value", "attention.v_proj"),
    RenamingRule("attention.output.dense", "attention.o_proj"),
    RenamingRule("intermediate.dense", "mlp.fc1"), RenamingRule("output.dense", "mlp.fc2"),
  ])

  private static let segformer = Self([
    RenamingRule("encoder.patch_embeddings.#", "stages.#.patch_embeddings"),
    RenamingRule("encoder.block.#", "stages.#.blocks"),
    RenamingRule("attention.self.query", "attention.q_proj"),
    RenamingRule("attention.self.key", "attention.k_proj"),
    RenamingRule("attention.self.value", "attention.v_proj"),
    RenamingRule("attention.self.sr", "attention.sequence_reduction.sequence_reduction"),
    RenamingRule("attention.output.dense", "attention.o_proj"),
    RenamingRule("mlp.dense1", "mlp.fc1"), RenamingRule("mlp.dense2", "mlp.fc2"),
    RenamingRule("decode_head.linear_c", "decode_head.linear_projections"),
  ])

  /// DETR, Deformable and Conditional DETR, RT-DETR, MaskFormer.
  private static let detection = Self([
    RenamingRule("backbone.conv_encoder", "backbone"), RenamingRule("out_proj", "o_proj"),
    RenamingRule("layers.#.fc1", "layers.#.mlp.fc1"),
    RenamingRule("layers.#.fc2", "layers.#.mlp.fc2"),
    RenamingRule("encoder.encoder.#.layers", "encoder.aifi.#.layers"),
  ])

  private static let nomicBERT = Self(
    [
      RenamingRule("encoder.layers", "layers"), RenamingRule("emb_ln", "embeddings.LayerNorm"),
      RenamingRule("attn.out_proj", "self_attn.o_proj"), RenamingRule("fc11", "up_proj"),
      RenamingRule("fc12", "gate_proj"), RenamingRule("fc2", "down_proj"),
      RenamingRule("norm1", "post_attention_layernorm"),
      RenamingRule("norm2", "post_mlp_layernorm"),
    ], splits: [RenamingRule("attn.Wqkv", attentionParts)], of: ["nomic_bert"])

  private static let gte = Self(
    [
      RenamingRule("encoder.layer", "layers"),
      RenamingRule("attention.o_proj", "self_attn.o_proj"),
      RenamingRule("attn_ln", "post_attention_layernorm"),
      RenamingRule("mlp_ln", "post_mlp_layernorm"),
      RenamingRule("lm_head.norm", "lm_head.layer_norm"),
    ],
    splits: [
      RenamingRule("attention.qkv_proj", attentionParts),
      RenamingRule("mlp.up_gate_proj", ["mlp.up_proj", "mlp.gate_proj"]),
    ], of: ["gte", "new"])

  /// Jina embeddings 3.
  private static let jina = Self(
    [
      RenamingRule("emb_ln", "embeddings.LayerNorm"), RenamingRule("encoder.layers", "layers"),
      RenamingRule("mixer.out_proj", "self_attn.o_proj"),
      RenamingRule("norm1", "post_attention_layernorm"),
      RenamingRule("norm2", "post_mlp_layernorm"),
    ], splits: [RenamingRule("mixer.Wqkv", attentionParts)],
    of: ["jina_embeddings_v3", "xlm-roberta-flash"])

  private static let hrm = Self(
    [RenamingRule("attn.o_proj", "self_attn.o_proj")],
    splits: [
      RenamingRule("mlp.gate_up_proj", ["mlp.gate_proj", "mlp.up_proj"]),
      RenamingRule("attn.gqkv_proj", ["self_attn.gate_proj"] + attentionParts),
    ], of: ["hrm_text"])

  private static let radio = Self(
    [
      RenamingRule("radio_model.model.blocks", "encoder.layer"),
      RenamingRule("radio_model.input_conditioner", "input_conditioner"),
      RenamingRule("attn.proj", "attention.o_proj"),
    ],
    splits: [
      RenamingRule("attn.qkv", ["attention.q_proj", "attention.k_proj", "attention.v_proj"])
    ], of: ["radio"])

  /// Mixtral, MiniMax.
  private static let mixtral = Self([RenamingRule("block_sparse_moe", "mlp")])

  private static let phiMoE = Self([
    RenamingRule("block_sparse_moe", "mlp"), RenamingRule("gate", "router"),
  ])

  private static let neoX = Self([RenamingRule("embed_out", "lm_head")])

  private static let exaone = Self([
    RenamingRule("transformer.wte", "model.embed_tokens"),
    RenamingRule("transformer.h", "model.layers"), RenamingRule("transformer.ln_f", "model.norm"),
    RenamingRule("attn.attention", "self_attn"),
    RenamingRule("self_attn.out_proj", "self_attn.o_proj"),
    RenamingRule("ln_1", "input_layernorm"), RenamingRule("ln_2", "post_attention_layernorm"),
    RenamingRule("mlp.c_fc_0", "mlp.gate_proj"), RenamingRule("mlp.c_fc_1", "mlp.up_proj"),
    RenamingRule("mlp.c_proj", "mlp.down_proj"),
  ])

  private static let attentionParts = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]
}
