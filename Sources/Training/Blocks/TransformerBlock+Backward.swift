import Kernels
import Tensors

extension TransformerBlock {
  /// dy [T, width] becomes dx; takes in the gradients of what is trained.
  mutating func backward(
    _ d: inout Matrix<Scalar>, _ memory: inout Memory, _ plan: SequencePlan<Scalar>, _ pass: Pass
  ) {
    let dMade = networkSide.backwardLeaving(
      &d, part: experts == nil ? memory.network.y : memory.experts.y, &memory.networkSide, pass)
    // Side by side, both parts have the same dy; one after the other, attention has what the network
    // leaves.
    var dAttended: Matrix<Scalar>?
    if isParallel {
      dAttended = attentionSide.backwardLeaving(
        &d, part: memory.attention.y, &memory.attentionSide, pass)
    }
    let g = networkSide.before == nil ? memory.middle : memory.networkSide.before.output
    let dg = networkBackward(dMade, x: g, &memory, pass)
    networkSide.backwardEntering(dg, x: memory.middle, addingTo: &d, &memory.networkSide, pass)
    let dy =
      dAttended
      ?? attentionSide.backwardLeaving(
        &d, part: memory.attention.y, &memory.attentionSide, pass)
    let h = attentionSide.before == nil ? memory.input : memory.attentionSide.before.output
    let dh = attention.backward(dy, x: h, &memory.attention, plan, pass)
    attentionSide.backwardEntering(dh, x: memory.input, addingTo: &d, &memory.attentionSide, pass)
  }

  private mutating func networkBackward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    if experts != nil {
      return experts?.apply { $0.backward(dy, x: x, &memory.experts, pass) } ?? dy
    }
    return network?.apply { $0.backward(dy, x: x, &memory.network, pass) } ?? dy
  }
}
