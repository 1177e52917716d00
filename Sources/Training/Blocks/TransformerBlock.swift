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

  /// What `backward` needs of the last `forward` beside x, and uses up.
  package struct Memory: Sendable {
    var attention = AttentionLayer<Scalar>.Memory()
    var attentionSide = BlockSide<Scalar>.Memory()
    var network = FeedForward<Scalar>.Memory()
    var experts = Experts<Scalar>.Memory()
    var networkSide = BlockSide<Scalar>.Memory()
    /// What the network's side reads, where that is not x.
    var middle = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  /// x [T, width] becomes y; anything, where the passage goes this way again for backward.
  func forward(
    _ x: inout Matrix<Scalar>, _ memory: inout Memory,
    _ cache: inout KeyValueCache<Scalar>.Layer?, _ passage: inout Passage<Scalar>
  ) {
    let (rows, width) = (x.rows, x.columns)
    var (h, made) = (passage.scratch.take(rows, width), passage.scratch.take(rows, width))
    attentionSide.enter(x, into: &h, &memory.attentionSide, passage.pass)
    attention.forward(h, into: &made, &memory.attention, &cache, &passage)
    if isParallel { networkSide.enter(x, into: &h, &memory.networkSide, passage.pass) }
    attentionSide.leave(&made, to: &x, &memory.attentionSide, &passage)
    if !isParallel {
      if passage.pass.keepsMemory { memory.middle.take(0..<rows, of: x) }
      networkSide.enter(x, into: &h, &memory.networkSide, passage.pass)
    }
    // Backward asks for y only where a norm stands behind the network.
    let isEnough = passage.isAgain && networkSide.behind == nil && networkSide.after == nil
    if let experts {
      experts.forward(h, into: &made, &memory.experts, &passage)
    } else if isEnough {
      network?.remember(h, room: &made, &memory.network, &passage)
    } else {
      network?.forward(h, into: &made, &memory.network, &passage)
    }
    if !isEnough { networkSide.leave(&made, to: &x, &memory.networkSide, &passage) }
    passage.scratch.give(h, made)
  }
}
