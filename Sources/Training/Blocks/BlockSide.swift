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
    /// What `behind` and `after` read, where there are such.
    var part = Matrix<Scalar>(rows: 0, columns: 0)
    var sum = Matrix<Scalar>(rows: 0, columns: 0)
  }

  /// Makes h what the part reads.
  func enter(
    _ x: Matrix<Scalar>, into h: inout Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    if let before {
      before.forward(x, into: &h, &memory.before, pass)
    } else {
      h.take(0..<x.rows, of: x)
    }
  }

  /// Adds what the part made to x, which becomes y; `part` is used up.
  func leave(
    _ part: inout Matrix<Scalar>, to x: inout Matrix<Scalar>, _ memory: inout Memory,
    _ passage: inout Passage<Scalar>
  ) {
    if let behind {
      swap(&part, &memory.part)
      behind.forward(memory.part, into: &part, &memory.behind, passage.pass)
    }
    x.add(part, times: Scalar(multiplier))
    guard let after else { return }
    swap(&x, &memory.sum)
    after.forward(memory.sum, into: &x, &memory.after, passage.pass)
  }

  // y = after(x + m·behind(part)):  d of the part; `dy` becomes the dx that does not pass the part.
  mutating func backwardLeaving(
    _ dy: inout Matrix<Scalar>, into dPart: inout Matrix<Scalar>, _ memory: inout Memory,
    _ passage: inout Passage<Scalar>
  ) {
    let (rows, columns) = (dy.rows, dy.columns)
    if after != nil {
      var dSum = passage.scratch.take(rows, columns)
      after?.backward(dy, x: memory.sum, into: &dSum, adds: false, &memory.after, passage.pass)
      swap(&dy, &dSum)
      passage.scratch.give(dSum)
    }
    if multiplier == 1 {
      dPart.take(0..<rows, of: dy)
    } else {
      dPart.set(dy, times: Array(repeating: Scalar(multiplier), count: columns))
    }
    guard behind != nil else { return }
    var dInner = passage.scratch.take(rows, columns)
    behind?.backward(
      dPart, x: memory.part, into: &dInner, adds: false, &memory.behind, passage.pass)
    swap(&dPart, &dInner)
    passage.scratch.give(dInner)
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
