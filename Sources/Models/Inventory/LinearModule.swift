/// A linear layer of a model: y = x Wᵀ, W `[outputWidth, inputWidth]`.
package struct LinearModule: Sendable, Equatable {
  /// What a layer does in its block, told by its name.
  package enum Role: Sendable {
    case query
    case key
    case value
    /// Query, key and value in one matrix.
    case queryKeyValue
    /// What leads out of the attention.
    case attentionOutput
    case gate
    case up
    /// Gate and up in one matrix.
    case gateUp
    case down
    case other
  }

  /// The module's dotted name.
  package let name: String
  package let inputWidth: Int
  package let outputWidth: Int
  package let role: Role
  /// The block it belongs to, as `model.layers.7`; its own name when it stands alone.
  package let block: String
  /// Whether it is one of several experts, of which a token passes only some.
  package let isExpert: Bool

  /// Elements of A and B at rank 1: rank r costs r times as many.
  package var parametersPerRank: Int { inputWidth + outputWidth }

  /// Elements of W.
  package var weightCount: Int { inputWidth * outputWidth }

  /// The layer whose weight is `tensor`, a matrix.
  init(_ tensor: ModelTensor) {
    name = tensor.module
    let parts = name.split(separator: ".")
    let block = Self.block(parts)
    role = Self.role(parts, isInBlock: block != nil)
    isExpert = parts.contains("experts")
    self.block = block ?? name
    let (first, second) = (tensor.shape[0], tensor.shape[1])
    let isTransposed = Self.transposed.contains(parts.last ?? "")
    (outputWidth, inputWidth) = isTransposed ? (second, first) : (first, second)
  }

  /// Layers of GPT-2 that store `[in, out]`.
  private static let transposed: Set<Substring> = ["c_attn", "c_proj", "c_fc", "q_attn"]

  private static let roles: [Substring: Role] = [
    "q_proj": .query, "query": .query, "wq": .query, "to_q": .query, "q_lin": .query, "q": .query,
    "k_proj": .key, "key": .key, "wk": .key, "to_k": .key, "k_lin": .key, "k": .key,
    "v_proj": .value, "value": .value, "wv": .value, "to_v": .value, "v_lin": .value, "v": .value,
    "c_attn": .queryKeyValue, "qkv_proj": .queryKeyValue, "query_key_value": .queryKeyValue,
    "Wqkv": .queryKeyValue, "qkv": .queryKeyValue,
    "o_proj": .attentionOutput, "out_proj": .attentionOutput, "wo": .attentionOutput,
    "out_lin": .attentionOutput, "o": .attentionOutput,
    "gate_proj": .gate, "w1": .gate, "up_proj": .up, "w3": .up, "fc1": .up, "c_fc": .up,
    "dense_h_to_4h": .up, "lin1": .up, "gate_up_proj": .gateUp,
    "down_proj": .down, "w2": .down, "fc2": .down, "dense_4h_to_h": .down, "lin2": .down,
  ]

  private static func role(_ parts: [Substring], isInBlock: Bool) -> Role {
    // A layer that stands alone, as in a plain network, has no role in a block.
    guard let last = parts.last, isInBlock else { return .other }
    let parents = parts.dropLast().suffix(2)
    switch last {
    case "c_proj": return parents.last == "mlp" ? .down : .attentionOutput
    // BERT: attention.output.dense, intermediate.dense, output.dense; others: attention.dense.
    case "dense" where parents.contains(where: { $0.contains("att") }): return .attentionOutput
    case "dense" where parents.last == "intermediate": return .up
    case "dense" where parents.last == "output": return .down
    default: return roles[last] ?? .other
    }
  }

  /// The name up to the first part that is a number and is followed by more.
  static func block(_ parts: [Substring]) -> String? {
    guard let index = parts.dropLast().firstIndex(where: { Int($0) != nil }), index > 0 else {
      return nil
    }
    return parts[...index].joined(separator: ".")
  }
}
