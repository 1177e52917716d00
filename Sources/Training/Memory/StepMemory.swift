import Kernels
import Models

/// Bytes that a step of training a transformer takes in f32, by what they hold.
///
/// With N tokens of a micro-batch, d the width, and R numbers trained:
///
/// | part        | holds                                                                           |
/// |-------------|---------------------------------------------------------------------------------|
/// | weights     | as they are stored: nothing is ever in full precision a second time              |
/// | trained     | 8 R: value and gradient; a step in several micro-batches has sums that wait      |
/// | optimizer   | 4 R for each moment                                                             |
/// | activations | 4 N·Σ over blocks of what they keep, or 4 N·(d·blocks + the most of one block)  |
/// | scratch     | what layers need in turn, and gradients on their way                            |
/// | logits      | of at most `Transformer.logitRows` rows, and what the head reads and gives back  |
/// | products    | panels and tiles of each thread                                                 |
///
/// What the process takes beside the step - its code, a tokenizer, rows - comes on top.
package struct StepMemory: Sendable, Equatable {
  package let weights: Int
  package let trained: Int
  package let optimizer: Int
  package let activations: Int
  package let scratch: Int
  package let logits: Int
  package let products: Int

  package var total: Int {
    weights + trained + optimizer + activations + scratch + logits + products
  }

  /// The bytes of a step of a model like `design`.
  package init(_ design: TransformerDesign, _ sizes: StepSizes) {
    let (tokens, width) = (sizes.tokens, design.width)
    let count = sizes.trainedWhole + design.branchNumbers(sizes)
    weights = sizes.weights
    // A value, a gradient, and what waits until another micro-batch completes it: at most a node on
    // each level of the tree over the step's blocks of rows, and a chain.
    let blocks = (sizes.stepTokens + blockRows - 1) / blockRows
    let waiting = sizes.stepTokens > tokens ? 1 + Int.bitWidth - blocks.leadingZeroBitCount : 0
    trained = 4 * count * (2 + waiting)
    optimizer = 4 * count * sizes.moments
    let kept = design.blocks.map { $0.kept(width, sizes) }
    activations =
      4 * tokens
      * (width * design.blocks.count
        + (sizes.recomputes ? kept.max() ?? 0 : kept.reduce(0, +)))
    // d, and what the head reads; what the norms around the blocks read, and a block's x once more.
    let norms = [design.embedding.norm, design.finalNorm].count { $0 != nil }
    let outside = width * (2 + norms + (sizes.recomputes ? 1 : 0))
    let lent = design.blocks.map { $0.lent(width, sizes) }.max() ?? 0
    scratch = 4 * tokens * (outside + lent)
    logits = 4 * design.headNumbers(sizes)
    products = sizes.threads << 21
  }

  /// Bytes of tensors that are held as they are stored, but for vectors, which are held in f32.
  package static func bytes(ofStored tensors: [(count: Int, rank: Int, bytes: Int)]) -> Int {
    tensors.reduce(0) { $0 + ($1.rank > 1 ? $1.bytes : 4 * $1.count) }
  }
}

extension TransformerDesign {
  /// Every linear layer that a branch can go beside.
  fileprivate var linears: [LinearDesign] {
    var linears = blocks.flatMap { $0.attention.linears + $0.network.linears }
    switch head {
    case .language(let head): linears.append(head.projection)
    case .classifier(let head):
      linears += (head.hidden.map { [$0.dense] } ?? []) + [head.output]
    case .none: break
    }
    return linears
  }

  fileprivate func branchNumbers(_ sizes: StepSizes) -> Int {
    linears.reduce(0) { sum, linear in
      guard let rank = sizes.ranks[linear.name] else { return sum }
      return sum + rank * (linear.inputs + linear.outputs)
        + (sizes.hasMagnitudes ? linear.outputs : 0)
    }
  }

  /// Logits some rows at a time, what the head reads and keeps, and the gradient of what it reads.
  fileprivate func headNumbers(_ sizes: StepSizes) -> Int {
    guard case .language(let head) = head else { return 0 }
    let rows = min(sizes.labels, Transformer<Float>.logitRows(vocabulary: vocabulary))
    return rows * (vocabulary + 2 * width + head.projection.kept(sizes))
  }
}
