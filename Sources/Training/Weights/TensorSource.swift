import Kernels
import Tensors

/// Where a network's tensors come from, as a checkpoint.
package protocol TensorSource {
  /// What errors call it.
  var file: String { get }
  /// Every tensor, with its shape as though it were stored in full.
  var tensors: [SourceTensor] { get }

  /// The numbers of a tensor as they are stored; those in f64 are rounded where f32 is computed in.
  ///
  /// - Throws: What reading throws, and what numbers that are not finite are refused with.
  func weight<Scalar: DenseScalar>(named name: String, as: Scalar.Type) throws -> Weight<Scalar>
}

/// A tensor that a source has.
package struct SourceTensor: Sendable {
  package let name: String
  package let shape: Shape
  /// Whether its numbers are codes', which lie [out, in] whatever the layer.
  package let isCoded: Bool

  package init(name: String, shape: Shape, isCoded: Bool) {
    (self.name, self.shape, self.isCoded) = (name, shape, isCoded)
  }
}
