import Kernels
import Tensors

/// The gradient on its way down through a network, from layer to layer.
package struct GradientFlow<Scalar: DenseScalar>: Sendable {
  /// dy [B, out] of the layer that is next.
  package var above = Matrix<Scalar>(rows: 0, columns: 0)
  /// dx [B, in] of that layer, once its backward is done.
  package var below = Matrix<Scalar>(rows: 0, columns: 0)
  /// Whether a layer further down needs dx.
  package var goesOn = true
  /// Whether `below` holds what other layers say of x already, to which dx is added.
  var adds = false

  package init() {}

  /// Makes dx the dy of the layer below.
  package mutating func descend() { swap(&above, &below) }
}
