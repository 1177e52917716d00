import Kernels
import Tensors

extension Transformer: Network {
  package mutating func backward(
    _ dy: inout Matrix<Scalar>, _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    guard let plan = memory.plan else { preconditionFailure("backward follows outputs") }
    precondition(pass.keepsMemory, "an inference pass keeps nothing for backward")
    let lowest = lowestTrained
    guard lowest != .nothing else { return }
    var d = headBackward(&dy, batch, &memory, pass)
    guard lowest != .head else { return }
    if finalNorm != nil {
      let above = d
      finalNorm?.backward(above, x: memory.body, into: &d, adds: false, &memory.finalNorm, pass)
    }
    for index in blocks.indices.reversed() where lowest <= .block(index) {
      blocks[index].backward(&d, &memory.blocks[index], plan, pass)
    }
    if lowest == .embedding { embedding.backward(d, batch, &memory.embedding, pass) }
  }

  /// d of the final norm's output, [T, width].
  private mutating func headBackward(
    _ dy: inout Matrix<Scalar>, _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    if let d = classifier?.apply({
      $0.backward(dy, rows: batch.rows, lengths: batch.lengths, &memory.classifier, pass)
    }) {
      return d
    }
    var d = dy
    if language != nil {
      language?.backward(
        &dy, x: memory.wanted, &memory.flow, &memory.language, pass.seeing(batch.wanted))
      d = memory.flow.below
    }
    guard let wanted = batch.wanted else { return d }
    var spread = Matrix<Scalar>(rows: batch.rows, columns: design.width)
    spread.add(d, times: Array(repeating: 1, count: wanted.count), at: wanted)
    return spread
  }

  /// How far down gradients are needed.
  private enum Depth: Comparable {
    case embedding, block(Int), head, nothing
  }

  private var lowestTrained: Depth {
    var network = self
    if network.embedding.isTrained { return .embedding }
    for index in blocks.indices where network.blocks[index].isTrained { return .block(index) }
    var trained = 0
    network.withTrained { _ in trained += 1 }
    return trained > 0 ? (finalNorm?.isTrained ?? false ? .block(blocks.count) : .head) : .nothing
  }

  package mutating func withTrained(
    _ body: (inout Parameter<Scalar>) throws -> Void
  ) rethrows {
    try embedding.withTensors { tensor, _ in try tensor.withParameter(body) }
    for index in blocks.indices { try blocks[index].withTrained(body) }
    try finalNorm?.withTrained(body)
    try language?.projection.withTrained(body)
    try classifier?.withTrained(body)
  }
}

extension TransformerBlock {
  /// Whether anything here is trained.
  var isTrained: Bool {
    var (block, count) = (self, 0)
    block.withTrained { _ in count += 1 }
    return count > 0
  }

  mutating func withTrained(_ body: (inout Parameter<Scalar>) throws -> Void) rethrows {
    try withLinears { try $0.withTrained(body) }
    try withNorms { try $0.withTrained(body) }
  }

  /// Calls `body` with every linear layer, in the order in which they are passed.
  mutating func withLinears(_ body: (inout Linear<Scalar>) throws -> Void) rethrows {
    try attention.withLinears(body)
    try network?.withLinears(body)
    try experts?.withLinears(body)
  }

  mutating func withNorms(_ body: (inout NormLayer<Scalar>) throws -> Void) rethrows {
    try attention.withNorms(body)
    try attentionSide.withNorms(body)
    try networkSide.withNorms(body)
  }
}

extension ClassifierHead {
  /// Calls `body` with this head in place, which an optional chain can reach too.
  mutating func apply<Result>(_ body: (inout ClassifierHead) throws -> Result) rethrows -> Result {
    try body(&self)
  }

  mutating func withTrained(_ body: (inout Parameter<Scalar>) throws -> Void) rethrows {
    try withLinears { try $0.withTrained(body) }
    try norm?.withTrained(body)
  }

  mutating func withLinears(_ body: (inout Linear<Scalar>) throws -> Void) rethrows {
    try hidden?.linear.apply(body)
    try body(&output)
  }
}

extension EmbeddingLayer {
  var isTrained: Bool {
    tokens.isTrained || (positions?.isTrained ?? false) || (segments?.isTrained ?? false)
      || (norm?.isTrained ?? false)
  }
}
