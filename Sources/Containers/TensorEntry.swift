import Tensors

/// One tensor of a container: what it is and where its bytes lie.
package struct TensorEntry: Hashable, Sendable {
  package let name: String
  package let type: DType
  package let shape: Shape
  /// Bytes in the data section, whose first byte is 0.
  package let range: Range<Int>

  package init(name: String, type: DType, shape: Shape, range: Range<Int>) {
    self.name = name
    self.type = type
    self.shape = shape
    self.range = range
  }

  package var byteCount: Int { range.count }
}
