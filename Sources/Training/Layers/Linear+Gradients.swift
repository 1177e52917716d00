import Kernels
import Tensors

extension Linear {
  /// Takes in the gradients of what is trained; dx [B, in] of dy [B, out] overwrites `dx`.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, into dx: inout Matrix<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    backward(dy, x: x, &dx, adds: false, &memory, pass)
  }

  /// The same, but dx is added to what other layers say of x.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, addingTo dx: inout Matrix<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    backward(dy, x: x, &dx, adds: true, &memory, pass)
  }

  private mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ dx: inout Matrix<Scalar>, adds: Bool,
    _ memory: inout Memory, _ pass: Pass
  ) {
    var flow = GradientFlow<Scalar>()
    (flow.above, flow.adds) = (dy, adds)
    swap(&flow.below, &dx)
    backward(&flow, x: x, &memory, pass)
    swap(&flow.below, &dx)
  }

  /// Calls `body` with this layer in place, which an optional chain can reach too.
  mutating func apply<Result>(_ body: (inout Linear) throws -> Result) rethrows -> Result {
    try body(&self)
  }
}
