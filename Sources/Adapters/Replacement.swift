import Tensors

/// A parameter that the adapter brings whole: a saved module, a trained bias, new token rows.
package struct Replacement: Sendable {
  /// The parameter's dotted name in the base, without the adapter's prefix, as `lm_head.weight`.
  package let parameter: String
  package let tensor: Tensor
  /// The rows that `tensor` replaces, or nil for the whole parameter.
  package let rows: [Int]?
  /// The adapter tensor this came from.
  package let tensorName: String

  package init(parameter: String, tensor: Tensor, rows: [Int]?, tensorName: String) {
    (self.parameter, self.tensor) = (parameter, tensor)
    (self.rows, self.tensorName) = (rows, tensorName)
  }
}
