import JSON
import Kernels

/// What an architecture is made of: one table says how it differs from Llama, which the defaults are.
///
/// Names are those of transformers' models, `#` standing for a block's number. A new architecture is a
/// new table, and where none of these words describes it, one more word here.
///
/// Source: <https://github.com/huggingface/transformers/tree/main/src/transformers/models>
struct ArchitectureTable: Sendable {
  // MARK: Names

  /// Modules of the body, behind `body`; those of a block behind `block` too.
  struct Names: Sendable {
    var body = "model."
    var embedding = "embed_tokens"
    var positions: String?
    var segments: String?
    var embeddingNorm: String?
    var block = "layers.#."
    var query = "self_attn.q_proj"
    var key = "self_attn.k_proj"
    var value = "self_attn.v_proj"
    /// In place of the three.
    var joined: String?
    var output = "self_attn.o_proj"
    var queryNorm: String?
    var keyNorm: String?
    var gate: String? = "mlp.gate_proj"
    var up = "mlp.up_proj"
    var down = "mlp.down_proj"
    /// In place of gate and up.
    var gateUp: String?
    var attention = SideNames(before: "input_layernorm")
    var network = SideNames(before: "post_attention_layernorm")
    var finalNorm: String? = "norm"
    var experts = Experts()
    /// Without the body's prefix.
    var head = "lm_head"
  }

  /// The normalizations around a part of a block.
  struct SideNames: Sendable {
    var before: String?
    var behind: String?
    var after: String?
  }

  /// Experts, behind the block's prefix.
  struct Experts: Sendable {
    var block = "mlp."
    var gate = "gate_proj"
    var up = "up_proj"
    var down = "down_proj"
  }

  // MARK: Kinds

  /// How a number is told that has its own word in a configuration.
  enum Number: Sendable {
    case setting(String, else: Double)
    case fixed(Double)
  }

  /// Whether a layer has a bias.
  enum Bias: Sendable {
    case always, never
    case setting(String, else: Bool)
  }

  struct Norm: Sendable {
    var kind = NormDesign.Kind.rms
    var epsilon = Number.setting("rms_norm_eps", else: 1e-6)
    var hasWeight = true
    var bias = Bias.never
  }

  /// What `q_norm` and `k_norm` are over.
  enum HeadNorm: Sendable {
    case eachHead, allHeads
  }

  /// Which layers see a window only.
  enum Windows: Sendable {
    case none
    /// All, once there is a `sliding_window`.
    case all
    /// All, once there is a `sliding_window` and `use_sliding_window`.
    case allIfUsed
    /// Those that `layer_types` names, and without it those from `max_window_layers` on, once
    /// `use_sliding_window` says so.
    case upper
    /// Those that `layer_types` names, and without it those without rotation, once
    /// `use_sliding_window` says so.
    case unrotated
    /// Those that `layer_types` names, and without it all but each n-th.
    case interleaved(setting: String?, every: Int)
    /// ModernBERT's: `local_attention` positions in all, in all layers but each n-th from the first.
    case local
  }

  enum Rotation: Sendable {
    case none
    /// One for all layers; a share of 1 unless the configuration says another.
    case all(theta: Double, share: Double)
    /// Another base, and other scaling, for layers with windows.
    case byLayer(Bases)
  }

  /// Settings of the hub's older form.
  struct Bases: Sendable {
    let full: (name: String, value: Double)
    let window: (name: String, value: Double)
    /// Whether `rope_scaling` is for layers with windows too.
    let scalesWindows: Bool
  }

  enum Network: Sendable {
    case gated, gatedJoined, plain
  }

  enum Projections: Sendable {
    case separate, joined, joinedByHead
  }

  /// The scale of attention's scores.
  enum Scale: Sendable {
    /// 1 / √ of a head's width.
    case headWidth
    /// 1 / √ of a setting.
    case rootOf(String, else: Double)
    case setting(String, else: Double)
    /// GPT-2's two flags.
    case gpt2
  }

  /// The classifier behind an encoder.
  struct Classifier: Sendable {
    var pooling = ClassifierDesign.Pooling.last
    /// The setting that chooses between the first token and the mean.
    var poolingSetting: String?
    var hidden: String?
    /// Whether the layer before the output belongs to the body, and so do encoders that do not classify.
    var hiddenIsBody = false
    var hiddenActivation = Activation.tanh
    var activationSetting: String?
    var hiddenNorm: String?
    var hiddenBias = Bias.always
    var output = "score"
    var outputBias = Bias.never
  }

  // MARK: The table

  var names = Names()
  var norm = Norm()
  var isCausal = true
  var projections = Projections.separate
  var isConv1D = false
  var queryBias = Bias.setting("attention_bias", else: false)
  var outputBias = Bias.setting("attention_bias", else: false)
  var networkBias = Bias.setting("mlp_bias", else: false)
  var headBias = Bias.never
  var headNorm: HeadNorm?
  /// A head's width where the configuration does not say; nil for the share of a head.
  var headWidth: Int?
  var rotation = Rotation.all(theta: 10_000, share: 1)
  /// Whether `no_rope_layers` says which layers turn nothing.
  var skipsRotation = false
  var windows = Windows.none
  var scale = Scale.headWidth
  var clip: String?
  var scoreCap: Number?
  var logitCap: Number?
  var logitDivisor: Number?
  var network = Network.gated
  var activation = (settings: ["hidden_act"], fallback: "silu")
  var isParallel = Parallel.never
  /// Whether the first block's attention reads the embedding, which is normed already.
  var firstReadsEmbedding = false
  var residualMultiplier: Number?
  var embeddingMultiplier: EmbeddingMultiplier?
  /// Positions where the configuration does not say how many there are.
  var positions = 2048
  /// Whether positions are counted as RoBERTa does.
  var countsFromPadding = false
  /// Sizes besides `num_experts`; nil where there are none.
  var experts: ExpertRule?
  var isTied = false
  var classifier = Classifier()
  /// Settings that must be as they are here where a file has them: others are not computed.
  var fixed: [(name: String, value: JSONValue)] = []
  /// Settings that only this architecture reads, and no other word of the table.
  var ownSettings: [String] = []

  enum Parallel: Sendable {
    case never, always
    case setting(String, else: Bool)
  }

  enum EmbeddingMultiplier: Sendable {
    case rootOfWidth
    case setting(String)
  }

  /// How tokens choose experts.
  struct ExpertRule: Sendable {
    /// The width of an expert's inner layer; without it that of dense layers.
    var widthSetting: String?
    /// The flag for shares that sum to 1; nil for always.
    var normalizes: String?
  }
}
