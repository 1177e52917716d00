/// Gemma 1 to 3: norms that multiply by 1 + w, scaled embeddings, one matrix for both ends.
extension ArchitectureTable {
  static let gemma = with {
    $0.norm.kind = .rmsPlusOne
    $0.networkBias = .never
    $0.headWidth = 256
    $0.embeddingMultiplier = .rootOfWidth
    $0.activation = (["hidden_act"], "gelu_pytorch_tanh")
    $0.isTied = true
    $0.fixed = [("use_bidirectional_attention", false)]
  }

  static let gemma2 = with(gemma) {
    $0.activation = (["hidden_activation"], "gelu_pytorch_tanh")
    $0.names.attention = SideNames(
      before: "input_layernorm", behind: "post_attention_layernorm")
    $0.names.network = SideNames(
      before: "pre_feedforward_layernorm", behind: "post_feedforward_layernorm")
    $0.scale = .rootOf("query_pre_attn_scalar", else: 256)
    $0.scoreCap = .setting("attn_logit_softcapping", else: 50)
    $0.logitCap = .setting("final_logit_softcapping", else: 30)
    $0.windows = .interleaved(setting: nil, every: 2)
  }

  static let gemma3 = with(gemma2) {
    $0.headNorm = .eachHead
    $0.names.queryNorm = "self_attn.q_norm"
    $0.names.keyNorm = "self_attn.k_norm"
    $0.scoreCap = .setting("attn_logit_softcapping", else: 0)
    $0.logitCap = .setting("final_logit_softcapping", else: 0)
    $0.windows = .interleaved(setting: "sliding_window_pattern", every: 6)
    $0.rotation = .byLayer(
      Bases(
        full: ("rope_theta", 1_000_000), window: ("rope_local_base_freq", 10_000),
        scalesWindows: false))
  }
}
