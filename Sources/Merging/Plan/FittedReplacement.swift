import Adapters
import Containers
import Tensors

/// A parameter that an adapter brings whole, held against the base's.
struct FittedReplacement {
  let replacement: Replacement
  let entry: TensorEntry
  let file: String

  func refusal(_ problem: String) -> AdapterError {
    .tensor(file: file, name: replacement.tensorName, problem: problem)
  }

  /// Whether the parameter is the base's with more or fewer rows: another vocabulary.
  private var isResized: Bool {
    let (found, wanted) = (replacement.tensor.shape, entry.shape)
    return Self.isVocabularySized(entry.name) && found.rank == wanted.rank && found.rank > 0
      && found[0] != wanted[0]
      && found.dimensions.dropFirst() == wanted.dimensions.dropFirst()
  }

  /// Tensors with a row for each token.
  private static func isVocabularySized(_ name: String) -> Bool {
    [
      "embed_tokens.weight", "wte.weight", "word_embeddings.weight", "embed_in.weight",
      "shared.weight", "lm_head.weight", "lm_head.bias", "embed_out.weight",
    ].contains { ModuleSelection.isSuffix($0, of: name) }
  }

  /// Checks type and shape.
  ///
  /// - Returns: Whether the base's tensor changes its number of rows.
  /// - Throws: `AdapterError.tensor` when the parameter does not fit, or only with `resizes`.
  func check(resizes: Bool) throws(AdapterError) -> Bool {
    guard entry.type.floatFormat != nil else {
      throw refusal(
        "the base's \"\(escaped(entry.name))\" is \(entry.type.rawValue), "
          + "which is not computed with")
    }
    let found = replacement.tensor.shape
    if replacement.rows != nil {
      guard entry.shape.rank > 0, found.rank == entry.shape.rank,
        found.dimensions.dropFirst() == entry.shape.dimensions.dropFirst()
      else {
        throw refusal(
          "expected rows of the base's \"\(escaped(entry.name))\" \(entry.shape), found \(found)")
      }
      return false
    }
    guard found != entry.shape else { return false }
    guard isResized else {
      throw refusal(
        "expected the shape of the base's \"\(escaped(entry.name))\", \(entry.shape), "
          + "found \(found)")
    }
    guard resizes else {
      throw refusal(
        "has \(found[0]) rows and the base's \"\(escaped(entry.name))\" \(entry.shape[0]): the "
          + "adapter was trained with another vocabulary; merge with --resize-vocab")
    }
    return true
  }

  /// The single rows, each as a tensor.
  func rows(_ rows: [Int]) throws(AdapterError) -> [(row: Int, values: Tensor)] {
    let tensor = replacement.tensor
    let size = tensor.bytes.count / max(rows.count, 1)
    let width = Shape(Array(tensor.shape.dimensions.dropFirst()))
    var result: [(row: Int, values: Tensor)] = []
    for (index, row) in rows.enumerated() {
      guard (0..<entry.shape[0]).contains(row) else {
        throw refusal(
          "brings row \(row), but the base's \"\(escaped(entry.name))\" has "
            + "\(entry.shape[0]) rows")
      }
      let bytes = Array(tensor.bytes[(index * size)..<((index + 1) * size)])
      result.append((row, Tensor(type: tensor.type, shape: width, bytes: bytes)))
    }
    return result
  }
}
