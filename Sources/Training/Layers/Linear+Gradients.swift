import Kernels
import Tensors

extension Linear {
  /// dx [B, in] of dy [B, out]; takes in the gradients of what is trained.
  mutating func inputGradient(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    var flow = GradientFlow<Scalar>()
    flow.above = dy
    backward(&flow, x: x, &memory, pass)
    return flow.below
  }

  /// Calls `body` with this layer in place, which an optional chain can reach too.
  mutating func apply<Result>(_ body: (inout Linear) throws -> Result) rethrows -> Result {
    try body(&self)
  }
}
