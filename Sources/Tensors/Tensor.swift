import Kernels

/// A tensor held in memory: little-endian, row-major bytes as they lie in a file.
package struct Tensor: Sendable, Equatable {
  package let type: DType
  package let shape: Shape
  package let bytes: [UInt8]

  /// A tensor over `bytes`, whose count must be what `shape` and `type` ask for.
  package init(type: DType, shape: Shape, bytes: [UInt8]) {
    precondition(shape.byteCount(of: type) == bytes.count, "bytes do not fill the shape")
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }
}
