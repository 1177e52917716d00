import Containers
import Models
import Tensors

/// What becomes of a tensor that differs between a base and its tuned version.
///
/// | tensor                                             | in the adapter                        |
/// |----------------------------------------------------|---------------------------------------|
/// | `X.weight`, a matrix or a convolution's kernel     | a low-rank pair of module X           |
/// | `X.weight` of an embedding, a norm                 | module X whole, in `modules_to_save`  |
/// | `X.bias` beside such a pair, or alone              | the bias itself, `bias` says so       |
/// | any other                                          | its module whole                      |
///
/// Embeddings are told by their names: PEFT asks the model's code, which is not in a checkpoint.
enum ExtractionPlace: Equatable {
  /// A low-rank pair; `isTurned` when the weight lies `[in, out]`.
  case pair(isTurned: Bool)
  case whole

  init(_ entry: TensorEntry, isConv1D: Bool) {
    let (module, parameter) = Self.split(entry.name)
    let isKernel = (2...5).contains(entry.shape.rank) && entry.shape.elementCount > 0
    // With one input channel in each group a convolution is depthwise, and has no merged LoRA.
    let isDepthwise = entry.shape.rank > 2 && entry.shape[1] == 1 && entry.shape[0] > 1
    guard let module, parameter == "weight", isKernel, !isDepthwise,
      entry.type.floatFormat != nil, !Self.isEmbedding(module)
    else {
      self = .whole
      return
    }
    self = .pair(isTurned: isConv1D && entry.shape.rank == 2)
  }

  /// The module and its parameter; the module is nil for a parameter that stands alone.
  static func split(_ name: String) -> (module: String?, parameter: String) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (nil, name) }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }

  private static func isEmbedding(_ module: String) -> Bool {
    let leaf = module.split(separator: ".").last.map(String.init) ?? module
    return leaf.contains("embed") || ["wte", "wpe", "shared"].contains(leaf)
  }
}
