/// Llama and those that differ from it in a few words.
extension ArchitectureTable {
  static let llama = ArchitectureTable()

  static let mistral = with {
    $0.windows = .all
    $0.queryBias = .never
    $0.outputBias = .never
    $0.networkBias = .never
  }

  static let mixtral = with(mistral) {
    $0.norm.epsilon = .setting("rms_norm_eps", else: 1e-5)
    $0.rotation = .all(theta: 1_000_000, share: 1)
    $0.names.experts = Experts(block: "block_sparse_moe.", gate: "w1", up: "w3", down: "w2")
    $0.experts = ExpertRule()
  }

  static let qwen2 = with {
    $0.windows = .upper
    $0.queryBias = .always
    $0.outputBias = .never
    $0.networkBias = .never
    $0.fixed = [("use_mrope", false)]
  }

  static let qwen3 = with(qwen2) {
    $0.queryBias = .setting("attention_bias", else: false)
    $0.outputBias = .setting("attention_bias", else: false)
    $0.headNorm = .eachHead
    $0.headWidth = 128
    $0.names.queryNorm = "self_attn.q_norm"
    $0.names.keyNorm = "self_attn.k_norm"
  }

  static let qwen3MoE = with(qwen3) {
    $0.windows = .allIfUsed
    $0.headWidth = nil
    $0.experts = ExpertRule(widthSetting: "moe_intermediate_size", normalizes: "norm_topk_prob")
  }

  static let smolLM3 = with {
    $0.windows = .unrotated
    $0.skipsRotation = true
    $0.rotation = .all(theta: 2_000_000, share: 1)
    $0.isTied = true
    $0.ownSettings = ["no_rope_layers", "no_rope_layer_interval"]
  }

  static let granite = with {
    $0.scale = .setting("attention_multiplier", else: 1)
    $0.residualMultiplier = .setting("residual_multiplier", else: 1)
    $0.embeddingMultiplier = .setting("embedding_multiplier")
    $0.logitDivisor = .setting("logits_scaling", else: 1)
  }

  static let olmo = with {
    $0.norm = Norm(kind: .layer, epsilon: .fixed(1e-5), hasWeight: false)
    $0.clip = "clip_qkv"
    $0.networkBias = .never
  }

  static let olmo2 = with {
    $0.norm.epsilon = .setting("rms_norm_eps", else: 1e-5)
    $0.networkBias = .never
    $0.headNorm = .allHeads
    $0.names.queryNorm = "self_attn.q_norm"
    $0.names.keyNorm = "self_attn.k_norm"
    $0.names.attention = SideNames(behind: "post_attention_layernorm")
    $0.names.network = SideNames(behind: "post_feedforward_layernorm")
  }

  /// Phi-3 and Phi-4.
  static let phi3 = with(mistral) {
    $0.norm.epsilon = .setting("rms_norm_eps", else: 1e-5)
    $0.projections = .joined
    $0.network = .gatedJoined
    $0.names.joined = "self_attn.qkv_proj"
    $0.names.gateUp = "mlp.gate_up_proj"
  }

  /// The table `base` with some words changed.
  static func with(
    _ base: ArchitectureTable = ArchitectureTable(), _ change: (inout ArchitectureTable) -> Void
  ) -> ArchitectureTable {
    var table = base
    change(&table)
    return table
  }
}
