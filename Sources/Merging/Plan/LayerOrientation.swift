import Containers
import JSON
import Models
import Tensors

/// How the weights of a base's layers lie: `[out, in]` as a linear layer's, or `[in, out]` as those
/// of transformers' Conv1D.
///
/// A square weight does not show it, and an adapter's `fan_in_fan_out` can be wrong: PEFT 0.1 set it
/// whenever one module was targeted, and people carry it from one model to another. PEFT asks the
/// class of the layer; a file has names and shapes:
///
/// 1. Conv1D layers are called `c_attn`, `q_attn`, `c_proj` or `c_fc`; others are linear, where
///    `config.json` says what the model is, or the name is one that only linear layers have.
/// 2. Not all that are called so are Conv1D (Qwen, StarCoder). The bias beside a weight that is not
///    square has one element for each output, which shows how the layers of this base lie.
/// 3. Without one, the model's type does.
struct LayerOrientation: Sendable {
  /// Whether the model is of a type that has Conv1D layers; nil when the type is not known.
  private let isConv1DModel: Bool?
  /// What biases show.
  private let shown: Bool?

  private static let conv1DNames: Set<Substring> = ["c_attn", "q_attn", "c_proj", "c_fc"]

  /// Names of linear layers in transformers' language models.
  private static let linearNames: Set<Substring> = [
    "q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "qkv_proj", "gate_proj", "up_proj",
    "down_proj", "gate_up_proj", "query", "key", "value", "query_key_value", "dense",
    "dense_h_to_4h", "dense_4h_to_h", "fc1", "fc2", "fc_in", "fc_out", "q_lin", "k_lin", "v_lin",
    "out_lin", "to_q", "to_k", "to_v", "lm_head", "score", "classifier", "wq", "wk", "wv", "wo",
    "wi", "w1", "w2", "w3",
  ]

  /// - Throws: `SettingProblem` for a `model_type` that is no text.
  init(
    _ configuration: ModelConfiguration?, _ entries: [TensorEntry]
  ) throws(SettingProblem) {
    isConv1DModel = try configuration?.textType == nil ? nil : configuration?.isConv1D
    let named = entries.filter { entry in
      entry.shape.rank == 2 && entry.shape[0] != entry.shape[1]
        && Self.module(of: entry.name).map { Self.conv1DNames.contains(Self.last($0)) } ?? false
    }
    let sizes = Dictionary(
      named.isEmpty ? [] : entries.map { (ExactString($0.name), $0.shape.elementCount) },
      uniquingKeysWith: { first, _ in first })
    let found = named.compactMap { entry -> Bool? in
      let bias = Self.module(of: entry.name).flatMap { sizes[ExactString($0 + ".bias")] }
      return bias == entry.shape[1] ? true : bias == entry.shape[0] ? false : nil
    }
    shown = Set(found).count == 1 ? found.first : nil
  }

  /// Whether the weight of this name lies `[in, out]`; nil where nothing tells.
  func isTurned(_ weight: String) -> Bool? {
    let name = Self.last(Self.module(of: weight) ?? weight)
    guard Self.conv1DNames.contains(name) else {
      return isConv1DModel != nil || Self.linearNames.contains(name) ? false : nil
    }
    return shown ?? isConv1DModel
  }

  private static func module(of name: String) -> String? {
    name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : nil
  }

  private static func last(_ module: String) -> Substring {
    module.split(separator: ".").last ?? ""
  }
}
