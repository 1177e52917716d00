import Kernels
import Tensors

/// A linear layer and the function after it: y = f(z), z = linear(x).
package struct DenseLayer<Scalar: DenseScalar>: Sendable {
  package var linear: Linear<Scalar>
  /// f, or nil for y = z.
  package let activation: Activation?

  package init(linear: Linear<Scalar>, activation: Activation?) {
    (self.linear, self.activation) = (linear, activation)
  }

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    fileprivate var linear = Linear<Scalar>.Memory()
    /// z [B, out].
    fileprivate var z = Matrix<Scalar>(rows: 0, columns: 0)
    fileprivate var activated: Matrix<Scalar>?

    package init() {}

    /// y [B, out].
    package var output: Matrix<Scalar> { activated ?? z }
  }

  package func forward(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    linear.forward(x, into: &memory.z, &memory.linear, pass)
    // y = f(z)
    guard let activation else { return }
    let z = memory.z
    var activated = memory.activated.take() ?? Matrix(rows: 0, columns: 0)
    activated.reshape(rows: z.rows, columns: z.columns)
    activate(
      activation, z.elements, into: &activated.elements, count: z.count, workers: pass.workers)
    memory.activated = activated
  }

  package mutating func backward(
    _ flow: inout GradientFlow<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    // y = f(z):  dz = dy·f'(z)
    if let activation, let activated = memory.activated {
      let z = memory.z
      activateBackward(
        activation, z: z.elements, y: activated.elements, &flow.above.elements, count: z.count,
        workers: pass.workers)
    }
    // z = linear(x)
    linear.backward(&flow, x: x, &memory.linear, pass)
  }
}
