/// Encoders: every token sees all of its sequence.
extension ArchitectureTable {
  /// MiniLM's too.
  static let bert = with {
    $0.names = Names(
      body: "bert.", embedding: "embeddings.word_embeddings",
      positions: "embeddings.position_embeddings", segments: "embeddings.token_type_embeddings",
      embeddingNorm: "embeddings.LayerNorm", block: "encoder.layer.#.",
      query: "attention.self.query", key: "attention.self.key", value: "attention.self.value",
      output: "attention.output.dense", gate: nil, up: "intermediate.dense",
      down: "output.dense", attention: SideNames(after: "attention.output.LayerNorm"),
      network: SideNames(after: "output.LayerNorm"), finalNorm: nil)
    $0.norm = Norm(kind: .layer, epsilon: .setting("layer_norm_eps", else: 1e-12), bias: .always)
    $0.isCausal = false
    $0.queryBias = .always
    $0.outputBias = .always
    $0.networkBias = .always
    $0.rotation = .none
    $0.positions = 512
    $0.network = .plain
    $0.activation = (["hidden_act"], "gelu")
    $0.classifier = Classifier(
      pooling: .first, hidden: "pooler.dense", hiddenIsBody: true, output: "classifier",
      outputBias: .always)
    $0.fixed = [
      ("is_decoder", false), ("add_cross_attention", false),
      ("position_embedding_type", "absolute"),
    ]
  }

  static let roberta = with(bert) {
    $0.names.body = "roberta."
    $0.countsFromPadding = true
    $0.classifier = Classifier(
      pooling: .first, hidden: "classifier.dense", output: "classifier.out_proj",
      outputBias: .always)
  }

  static let distilBERT = with(bert) {
    $0.names = Names(
      body: "distilbert.", embedding: "embeddings.word_embeddings",
      positions: "embeddings.position_embeddings", embeddingNorm: "embeddings.LayerNorm",
      block: "transformer.layer.#.", query: "attention.q_lin", key: "attention.k_lin",
      value: "attention.v_lin", output: "attention.out_lin", gate: nil, up: "ffn.lin1",
      down: "ffn.lin2", attention: SideNames(after: "sa_layer_norm"),
      network: SideNames(after: "output_layer_norm"), finalNorm: nil)
    $0.norm.epsilon = .fixed(1e-12)
    $0.activation = (["activation"], "gelu")
    $0.classifier = Classifier(
      pooling: .first, hidden: "pre_classifier", hiddenActivation: .relu, output: "classifier",
      outputBias: .always)
    $0.fixed = []
    // Sines are stored like learned positions.
    $0.ownSettings = ["sinusoidal_pos_embds"]
  }

  static let modernBERT = with {
    $0.names = Names(
      embedding: "embeddings.tok_embeddings", embeddingNorm: "embeddings.norm",
      joined: "attn.Wqkv", output: "attn.Wo", down: "mlp.Wo", gateUp: "mlp.Wi",
      attention: SideNames(before: "attn_norm"), network: SideNames(before: "mlp_norm"),
      finalNorm: "final_norm")
    $0.norm = Norm(
      kind: .layer, epsilon: .setting("norm_eps", else: 1e-5),
      bias: .setting("norm_bias", else: false))
    $0.isCausal = false
    $0.firstReadsEmbedding = true
    $0.projections = .joined
    $0.network = .gatedJoined
    $0.activation = (["hidden_activation"], "gelu")
    $0.windows = .local
    $0.rotation = .byLayer(
      Bases(
        full: ("global_rope_theta", 160_000), window: ("local_rope_theta", 10_000),
        scalesWindows: true))
    $0.classifier = Classifier(
      pooling: .first, poolingSetting: "classifier_pooling", hidden: "head.dense",
      hiddenActivation: .gelu, activationSetting: "classifier_activation",
      hiddenNorm: "head.norm", hiddenBias: .setting("classifier_bias", else: false),
      output: "classifier", outputBias: .always)
  }
}
