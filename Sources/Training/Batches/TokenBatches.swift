import Kernels
import Tensors

/// The rows of a text, pass after pass, in batches of one size; see `RowOrder`.
///
/// A batch is its rows one after the other, without padding. Rows may be packed: then a batch has so
/// many packs, each of them a few rows, and is what it would be if its rows had been drawn singly.
package struct TokenBatches<Scalar: DenseScalar>: BatchSource {
  private let rows: [TokenRow]
  /// What is drawn together; nil where each row is drawn by itself.
  private let packs: [[Int]]?
  private var order: RowOrder

  /// The batches of `rows`.
  ///
  /// - Parameters:
  ///   - rows: Of one kind of target.
  ///   - packs: Rows that are drawn together, as `TokenPacks` makes them; nil for single rows.
  ///   - size: Rows of a full batch, or packs; beyond what there is it means all at once.
  ///   - shuffles: Whether each pass has another order.
  ///   - generator: What the orders are drawn from.
  package init(
    _ rows: [TokenRow], packs: TokenPacks? = nil, size: Int, shuffles: Bool, generator: Generator
  ) {
    (self.rows, self.packs) = (rows, packs?.packs)
    order = RowOrder(
      count: packs?.packs.count ?? rows.count, size: size, shuffles: shuffles,
      generator: generator)
  }

  package var position: BatchPosition { order.position }

  package var emptyBatch: TokenBatch<Scalar> { TokenBatch([] as [[Int32]]) }

  package mutating func next(into batch: inout TokenBatch<Scalar>) {
    let drawn = order.next()
    let chosen = packs.map { packs in drawn.flatMap { packs[$0] } } ?? drawn
    batch = TokenBatch(chosen.map { rows[$0] })
  }

  package mutating func restore(_ position: BatchPosition) { order.restore(position) }
}
