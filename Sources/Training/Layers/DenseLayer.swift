import Kernels

/// A linear layer and the function after it: y = f(z), z = linear(x).
package struct DenseLayer<Scalar: DenseScalar>: Sendable {
  package internal(set) var linear: Linear<Scalar>
  /// f, or nil for y = z.
  package let activation: Activation?
  private var activated = Matrix<Scalar>(rows: 0, columns: 0)

  package init(linear: Linear<Scalar>, activation: Activation?) {
    (self.linear, self.activation) = (linear, activation)
  }

  /// y [B, out] of the last `forward`.
  package var output: Matrix<Scalar> { activation == nil ? linear.output : activated }

  mutating func forward(_ x: Matrix<Scalar>, _ workers: Workers) {
    linear.forward(x, workers)
    // y = f(z)
    guard let activation else { return }
    let z = linear.output
    activated.reshape(rows: z.rows, columns: z.columns)
    activate(activation, z.elements, into: &activated.elements, count: z.count, workers: workers)
  }

  /// `gradient` is dy on entry and is overwritten with dz; dx goes `below` unless unwanted.
  mutating func backward(
    _ gradient: inout Matrix<Scalar>, x: Matrix<Scalar>, into below: inout Matrix<Scalar>,
    wantsInput: Bool, _ workers: Workers
  ) {
    // y = f(z):  dz = dy·f'(z)
    if let activation {
      let z = linear.output
      activateBackward(
        activation, z: z.elements, y: activated.elements, &gradient.elements, count: z.count,
        workers: workers)
    }
    // z = linear(x)
    linear.backward(gradient, x: x, into: &below, wantsInput: wantsInput, workers)
  }
}
