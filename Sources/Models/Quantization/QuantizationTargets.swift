import Containers
import Tensors

/// Which tensors of a checkpoint are quantized when nobody says.
///
/// Weights of linear layers: matrices of floating-point numbers called `MODULE.weight`, whose module
/// is no embedding, no output layer and no norm by any part of its name; and of these only what
/// transformers has as linear layers in memory and lets bitsandbytes quantize. Experts and what
/// chooses between them it holds otherwise, and some layers it keeps in F32. What stays in full by
/// mistake is named in the configuration, and right; what is quantized by mistake does not load.
package enum QuantizationTargets {
  /// Parts of module names whose matrices stay in full: what people and libraries call embeddings,
  /// output layers, classifiers and norms.
  private static let kept: Set<String> = [
    "embed_tokens", "embed_positions", "embed_in", "embed_out", "embedding", "embeddings",
    "word_embeddings", "position_embeddings", "token_type_embeddings", "wte", "wpe", "shared",
    "lm_head", "proj_out", "output_layer", "score", "classifier", "cls", "norm", "ln_f",
  ]

  /// Whether the tensor is quantized by default.
  package static func includes(_ entry: TensorEntry) -> Bool {
    guard isMatrix(entry) else { return false }
    let module = module(of: entry.name)
    let parts = module.split(separator: ".")
    return !isOfExperts(module) && !isEmbedding(parts) && !isKeptWide(parts)
      && !parts.contains { part in
        kept.contains(String(part)) || part.contains("layernorm") || part.hasSuffix("_norm")
      }
  }

  /// Whether a module is one of several experts, or chooses between them.
  package static func isOfExperts(_ module: String) -> Bool {
    let parts = module.split(separator: ".")
    return parts.contains { $0 == "experts" || $0 == "router" } || parts.last == "gate"
  }

  /// Positions relative to one another are embeddings too, as in T5 and DeBERTa.
  private static func isEmbedding(_ parts: [Substring]) -> Bool {
    parts.suffix(2).contains { $0.contains("emb") || $0.contains("relative_attention_bias") }
  }

  /// T5 overflows in F16 there, so that transformers leaves these in F32 whatever is asked for.
  private static func isKeptWide(_ parts: [Substring]) -> Bool {
    parts.last == "wo" && parts.contains { $0 == "DenseReluDense" || $0 == "mlp" }
  }

  /// Whether transformers leaves `module` in full when these are in its list of such modules.
  ///
  /// It takes an entry for the start of a name, or for the end of one.
  package static func isShadowed(_ module: String, by skipped: Set<String>) -> Bool {
    module.indices.dropFirst().contains { index in
      skipped.contains(String(module[..<index])) || skipped.contains(String(module[index...]))
    }
  }

  /// Whether the linear layers of models of this type are a class of their own, which transformers does
  /// not exchange for bitsandbytes' (`replace_with_bnb_linear`).
  package static func hasOwnLayers(_ modelType: String) -> Bool {
    ["falcon", "idefics"].contains(modelType)
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
