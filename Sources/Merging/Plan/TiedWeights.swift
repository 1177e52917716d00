import Containers
import JSON
import Models
import Tensors

/// What to do when an adapter changes one of two tied weights.
package enum TiedPolicy: String, Sendable, CaseIterable {
  /// The shared matrix changes, and with it both sides.
  case both
  /// Each side gets a matrix of its own, and the configuration says so.
  case untie
  /// The merge is refused.
  case error
}

/// An input embedding and an output layer that share one matrix.
struct TiedWeights: Sendable {
  /// The name of the matrix that is stored.
  let embedding: String
  /// The name that the output layer's matrix has, or would have.
  let head: String

  /// Names by architecture: the stored embedding, and the output layer beside it.
  private static let pairs = [
    ("model.embed_tokens.weight", "lm_head.weight"),
    ("transformer.wte.weight", "lm_head.weight"),
    ("model.language_model.embed_tokens.weight", "lm_head.weight"),
    ("language_model.model.embed_tokens.weight", "language_model.lm_head.weight"),
    ("model.decoder.embed_tokens.weight", "lm_head.weight"),
    ("transformer.word_embeddings.weight", "lm_head.weight"),
    ("gpt_neox.embed_in.weight", "embed_out.weight"),
    ("shared.weight", "lm_head.weight"),
    ("wte.weight", "lm_head.weight"),
    ("word_embeddings.weight", "lm_head.weight"),
  ]

  /// The embedding that an output layer of this name is tied to, where models tie them.
  static func embedding(ofHead name: String) -> String? {
    pairs.first { $0.1 == name }?.0
  }

  /// The tied pair of a checkpoint whose `config.json` ties its embeddings and which stores one.
  init?(_ configuration: ModelConfiguration?, _ entries: [TensorEntry]) throws(SettingProblem) {
    guard try configuration?.isTied ?? false else { return nil }
    let names = Set(entries.map(\.name))
    guard
      let pair = Self.pairs.first(where: { names.contains($0.0) && !names.contains($0.1) })
    else { return nil }
    (embedding, head) = pair
  }
}
