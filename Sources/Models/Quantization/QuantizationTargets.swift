import Containers
import Tensors

/// Which tensors of a checkpoint are quantized when nobody says.
///
/// Weights of linear layers: matrices of floating-point numbers called `MODULE.weight`, whose module
/// is no embedding, no output layer and no norm by any part of its name.
package enum QuantizationTargets {
  /// Parts of module names whose matrices stay in full: what people and libraries call embeddings,
  /// output layers, classifiers and norms.
  private static let kept: Set<String> = [
    "embed_tokens", "embed_positions", "embed_in", "embed_out", "embedding", "embeddings",
    "word_embeddings", "position_embeddings", "token_type_embeddings", "wte", "wpe", "shared",
    "lm_head", "output_layer", "score", "classifier", "cls", "norm", "ln_f",
  ]

  /// Whether the tensor is quantized by default.
  package static func includes(_ entry: TensorEntry) -> Bool {
    guard isMatrix(entry) else { return false }
    let module = module(of: entry.name)
    return !module.split(separator: ".").contains { part in
      kept.contains(String(part)) || part.contains("layernorm") || part.hasSuffix("_norm")
    }
  }

  /// Whether the tensor could be the weight of a linear layer.
  package static func isMatrix(_ entry: TensorEntry) -> Bool {
    entry.shape.rank == 2 && entry.type.floatFormat != nil && entry.shape.elementCount > 0
      && (entry.name.hasSuffix(".weight") || entry.name == "weight")
  }

  /// The module whose weight the tensor is.
  package static func module(of name: String) -> String {
    name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name
  }
}
