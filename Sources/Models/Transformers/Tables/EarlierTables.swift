/// GPT-2, GPT-NeoX and Phi-1 to 2: layer norms, networks without a gate, biases.
extension ArchitectureTable {
  static let gpt2 = with {
    $0.names = Names(
      body: "transformer.", embedding: "wte", positions: "wpe", block: "h.#.",
      joined: "attn.c_attn", output: "attn.c_proj", gate: nil, up: "mlp.c_fc",
      down: "mlp.c_proj", attention: SideNames(before: "ln_1"),
      network: SideNames(before: "ln_2"), finalNorm: "ln_f")
    $0.norm = Norm(
      kind: .layer, epsilon: .setting("layer_norm_epsilon", else: 1e-5), bias: .always)
    $0.projections = .joined
    $0.isConv1D = true
    $0.queryBias = .always
    $0.outputBias = .always
    $0.networkBias = .always
    $0.rotation = .none
    $0.positions = 1024
    $0.network = .plain
    $0.activation = (["activation_function"], "gelu_new")
    $0.scale = .gpt2
    $0.isTied = true
    $0.fixed = [("add_cross_attention", false)]
    $0.ownSettings = ["reorder_and_upcast_attn"]
  }

  /// Pythia's too.
  static let gptNeoX = with {
    $0.names = Names(
      body: "gpt_neox.", embedding: "embed_in", joined: "attention.query_key_value",
      output: "attention.dense", gate: nil, up: "mlp.dense_h_to_4h", down: "mlp.dense_4h_to_h",
      finalNorm: "final_layer_norm", head: "embed_out")
    $0.norm = Norm(kind: .layer, epsilon: .setting("layer_norm_eps", else: 1e-5), bias: .always)
    $0.projections = .joinedByHead
    $0.queryBias = .setting("attention_bias", else: true)
    $0.outputBias = .setting("attention_bias", else: true)
    $0.networkBias = .always
    $0.rotation = .all(theta: 10_000, share: 0.25)
    $0.network = .plain
    $0.activation = (["hidden_act"], "gelu")
    $0.isParallel = .setting("use_parallel_residual", else: true)
  }

  /// Attention and network side by side behind one normalization.
  static let phi = with {
    $0.names.output = "self_attn.dense"
    $0.names.gate = nil
    $0.names.up = "mlp.fc1"
    $0.names.down = "mlp.fc2"
    $0.names.network = SideNames(before: "input_layernorm")
    $0.names.finalNorm = "final_layernorm"
    $0.norm = Norm(kind: .layer, epsilon: .setting("layer_norm_eps", else: 1e-5), bias: .always)
    $0.queryBias = .always
    $0.outputBias = .always
    $0.networkBias = .always
    $0.headBias = .always
    $0.rotation = .all(theta: 10_000, share: 0.5)
    $0.network = .plain
    $0.activation = (["hidden_act"], "gelu_new")
    $0.isParallel = .always
    $0.fixed = [("qk_layernorm", false)]
  }
}
