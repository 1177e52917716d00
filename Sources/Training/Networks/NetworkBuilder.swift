import Kernels
import Tensors

/// Makes the networks that tables are read by.
package enum NetworkBuilder {
  /// The network of a state dict's linear layers, one after the other, with a function between each
  /// two.
  package static func chain<Scalar: DenseScalar>(
    _ layers: [Linear<Scalar>], _ activation: Activation
  ) -> some TableNetwork<Scalar> {
    MultilayerPerceptron(layers: layers, activation: activation)
  }

  /// A new network of these widths, drawn by `generator`; all of it is trained.
  package static func network<Scalar: DenseScalar>(
    widths: [Int], _ activation: Activation, as: Scalar.Type, generator: inout Generator
  ) -> some TableNetwork<Scalar> {
    MultilayerPerceptron<Scalar>(
      sizes: widths, activation: activation, generator: &generator)
  }
}
