import Kernels
import Tensors

extension TransformerBlock {
  /// d, which is dy [T, width], becomes dx; takes in the gradients of what is trained.
  ///
  /// What the two parts read is computed from x and the middle once more.
  mutating func backward(
    _ d: inout Matrix<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory,
    _ passage: inout Passage<Scalar>
  ) {
    let (rows, width, pass) = (x.rows, x.columns, passage.pass)
    var (read, dMade) = (passage.scratch.take(rows, width), passage.scratch.take(rows, width))
    var dRead = passage.scratch.take(rows, width)
    var dAttended = Matrix<Scalar>(rows: 0, columns: 0)
    networkSide.backwardLeaving(&d, into: &dMade, &memory.networkSide, &passage)
    // Side by side, both parts have the same dy; one after the other, attention has what the network
    // leaves.
    if isParallel {
      dAttended = passage.scratch.take(rows, width)
      attentionSide.backwardLeaving(&d, into: &dAttended, &memory.attentionSide, &passage)
    }
    let middle = isParallel ? x : memory.middle
    networkSide.enter(middle, into: &read, &memory.networkSide, pass)
    networkBackward(dMade, x: read, into: &dRead, &memory, &passage)
    networkSide.backwardEntering(dRead, x: middle, addingTo: &d, &memory.networkSide, pass)
    if isParallel {
      swap(&dMade, &dAttended)
      passage.scratch.give(dAttended)
    } else {
      attentionSide.backwardLeaving(&d, into: &dMade, &memory.attentionSide, &passage)
    }
    attentionSide.enter(x, into: &read, &memory.attentionSide, pass)
    attention.backward(dMade, x: read, into: &dRead, &memory.attention, &passage)
    attentionSide.backwardEntering(dRead, x: x, addingTo: &d, &memory.attentionSide, pass)
    passage.scratch.give(read, dMade, dRead)
  }

  private mutating func networkBackward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, into dx: inout Matrix<Scalar>,
    _ memory: inout Memory, _ passage: inout Passage<Scalar>
  ) {
    if experts != nil {
      experts?.apply { $0.backward(dy, x: x, into: &dx, &memory.experts, &passage) }
    } else {
      network?.apply { $0.backward(dy, x: x, into: &dx, &memory.network, &passage) }
    }
  }
}
