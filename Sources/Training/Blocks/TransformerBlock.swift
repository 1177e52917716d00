import Kernels
import Tensors

/// Attention and a network, each beside what it reads: one after the other, or both on the block's input.
package struct TransformerBlock<Scalar: DenseScalar>: Sendable {
  package internal(set) var attention: AttentionLayer<Scalar>
  var attentionSide: BlockSide<Scalar>
  /// One of the two.
  package internal(set) var network: FeedForward<Scalar>?
  package internal(set) var experts: Experts<Scalar>?
  var networkSide: BlockSide<Scalar>
  let isParallel: Bool

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    var attention = AttentionLayer<Scalar>.Memory()
    var attentionSide = BlockSide<Scalar>.Memory()
    var network = FeedForward<Scalar>.Memory()
    var experts = Experts<Scalar>.Memory()
    var networkSide = BlockSide<Scalar>.Memory()
    /// x [T, width], and what the network's side reads.
    var input = Matrix<Scalar>(rows: 0, columns: 0)
    var middle = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  /// x [T, width] becomes y.
  func forward(
    _ x: inout Matrix<Scalar>, _ memory: inout Memory, _ plan: SequencePlan<Scalar>,
    _ cache: inout KeyValueCache<Scalar>.Layer?, _ pass: Pass
  ) {
    memory.input = x
    let h = attentionSide.enter(x, &memory.attentionSide, pass)
    attention.forward(h, &memory.attention, plan, &cache, pass)
    attentionSide.leave(memory.attention.y, to: &x, &memory.attentionSide, pass)
    memory.middle = isParallel ? memory.input : x
    let g = networkSide.enter(memory.middle, &memory.networkSide, pass)
    networkSide.leave(made(of: g, &memory, pass), to: &x, &memory.networkSide, pass)
  }

  private func made(
    of g: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    if let experts {
      experts.forward(g, &memory.experts, pass)
      return memory.experts.y
    }
    network?.forward(g, &memory.network, pass)
    return memory.network.y
  }
}
