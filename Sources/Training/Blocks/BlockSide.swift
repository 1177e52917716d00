import Kernels
import Tensors

/// What stands around a part of a block: y = after(x + multiplier·behind(part(before(x)))).
struct BlockSide<Scalar: DenseScalar>: Sendable {
  var before: NormLayer<Scalar>?
  var behind: NormLayer<Scalar>?
  var after: NormLayer<Scalar>?
  let multiplier: Double

  /// What `backward` needs of the last `forward`.
  struct Memory: Sendable {
    var before = NormLayer<Scalar>.Memory()
    var behind = NormLayer<Scalar>.Memory()
    var after = NormLayer<Scalar>.Memory()
    /// What `after` reads.
    var sum = Matrix<Scalar>(rows: 0, columns: 0)
  }

  /// What the part reads.
  func enter(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) -> Matrix<Scalar> {
    guard let before else { return x }
    before.forward(x, &memory.before, pass)
    return memory.before.output
  }

  /// Adds what the part made to x, which becomes y.
  func leave(
    _ part: Matrix<Scalar>, to x: inout Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    var part = part
    if let behind {
      behind.forward(part, &memory.behind, pass)
      part = memory.behind.output
    }
    x.add(part, times: Scalar(multiplier))
    guard let after else { return }
    memory.sum = x
    after.forward(x, &memory.after, pass)
    x = memory.after.output
  }

  // y = after(x + m·behind(part)):  d of the part; `dy` becomes the dx that does not pass the part.
  mutating func backwardLeaving(
    _ dy: inout Matrix<Scalar>, part: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    if after != nil {
      var dSum = Matrix<Scalar>(rows: dy.rows, columns: dy.columns)
      after?.backward(dy, x: memory.sum, into: &dSum, adds: false, &memory.after, pass)
      dy = dSum
    }
    var dPart = dy
    if multiplier != 1 {
      dPart.set(dy, times: Array(repeating: Scalar(multiplier), count: dy.columns))
    }
    guard behind != nil else { return dPart }
    var dInner = Matrix<Scalar>(rows: dy.rows, columns: dy.columns)
    behind?.backward(dPart, x: part, into: &dInner, adds: false, &memory.behind, pass)
    return dInner
  }

  // h = before(x):  dx += dh, through the norm
  mutating func backwardEntering(
    _ dh: Matrix<Scalar>, x: Matrix<Scalar>, addingTo dx: inout Matrix<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    guard before != nil else { return dx.add(dh) }
    before?.backward(dh, x: x, into: &dx, adds: true, &memory.before, pass)
  }

  /// Calls `body` with the norms in place, in the order in which they are passed.
  mutating func withNorms(_ body: (inout NormLayer<Scalar>) throws -> Void) rethrows {
    try before?.apply(body)
    try behind?.apply(body)
    try after?.apply(body)
  }
}

extension NormLayer {
  /// Calls `body` with this norm in place, which an optional chain can reach too.
  mutating func apply(_ body: (inout NormLayer) throws -> Void) rethrows { try body(&self) }
}
