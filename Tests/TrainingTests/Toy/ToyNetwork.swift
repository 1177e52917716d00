import Kernels
import Tables
import Tensors
import Training

/// A token in, the next token out: an embedding, a block, a block that is computed again in backward,
/// and a head that is the embedding.
struct ToyNetwork<Scalar: DenseScalar>: AdaptableNetwork {
  /// E [V, C].
  var table: NetworkTensor<Scalar>
  var block: ToyBlock<Scalar>
  var recomputed: Recomputed<Scalar>

  struct Memory: Sendable {
    /// x, the input of the second block, and its output; each [B, C].
    var inputs: [Matrix<Scalar>] = []
    var block = ToyBlock<Scalar>.Memory()
  }

  init(tokens: Int, width: Int, generator: inout Generator) {
    func drawn(_ name: String, _ shape: Shape, _ center: Double = 0) -> NetworkTensor<Scalar> {
      let values = (0..<shape.elementCount).map { _ in Scalar(center + generator.normal() / 2) }
      return .trained(Parameter(name: name, role: .whole, shape: shape, value: values))
    }
    func block(_ name: String) -> ToyBlock<Scalar> {
      let linear = Linear(
        module: name + ".linear", weight: drawn(name + ".linear.weight", [width, width]),
        bias: drawn(name + ".linear.bias", [width]))
      return ToyBlock(
        gain: drawn(name + ".norm", [width], 1),
        dense: DenseLayer(linear: linear, activation: .silu))
    }
    table = drawn("embedding", [tokens, width])
    self.block = block("0")
    recomputed = Recomputed(block: block("1"))
  }

  func makeMemory() -> Memory { Memory() }

  func outputs(
    _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    let (tokens, width) = (table.shape[0], table.shape[1])
    let values = table.values
    let x = Matrix(
      columns: width, elements: batch.tokens.flatMap { values[$0 * width..<($0 + 1) * width] })
    let middle = block.forward(x, &memory.block, pass)
    let top = recomputed.forward(middle, pass)
    memory.inputs = [x, middle, top]
    var y = Matrix<Scalar>(rows: batch.rows, columns: tokens)
    table.multiply(top, into: &y.elements, pass.workers)
    return y
  }

  mutating func backward(
    _ dy: inout Matrix<Scalar>, _ batch: TokenBatch<Scalar>, _ memory: inout Memory,
    _ pass: Pass
  ) {
    // y = h Eᵀ:  dE = dyᵀ h, dh = dy E
    table.withParameter { $0.addProduct(dy, memory.inputs[2], pass, use: 1) }
    var dh = memory.inputs[2]
    table.multiplyBack(dy, into: &dh.elements, pass.workers)
    let dMiddle = recomputed.backward(dh, x: memory.inputs[1], pass)
    let dx = block.backward(dMiddle, &memory.block, pass)
    // x = one-hot tokens · E:  dE = one-hotᵀ dx
    var chosen = Matrix<Scalar>(rows: batch.rows, columns: table.shape[0])
    for (row, token) in batch.tokens.enumerated() {
      chosen.elements[row * chosen.columns + token] = 1
    }
    table.withParameter { $0.addProduct(chosen, dx, pass, use: 0) }
  }

  mutating func withTrained(
    _ body: (inout Parameter<Scalar>) throws -> Void
  ) rethrows {
    try table.withParameter(body)
    try block.gain.withParameter(body)
    try block.dense.linear.withTrained(body)
    try recomputed.block.gain.withParameter(body)
    try recomputed.block.dense.linear.withTrained(body)
  }

  var modules: [String] {
    [block.dense.linear.module, recomputed.block.dense.linear.module]
  }

  mutating func withLinear<Result>(
    named name: String, _ body: (inout Linear<Scalar>) throws -> Result
  ) rethrows -> Result? {
    switch name {
    case modules[0]: try body(&block.dense.linear)
    case modules[1]: try body(&recomputed.block.dense.linear)
    default: nil
    }
  }

  mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows {
    try body(&table, .whole)
    try body(&block.gain, .whole)
    try block.dense.linear.withTensors(body)
    try body(&recomputed.block.gain, .whole)
    try recomputed.block.dense.linear.withTensors(body)
  }
}

/// Tokens, and those that follow them.
struct TokenBatch<Scalar: DenseScalar>: TrainingBatch {
  var tokens: [Int] = []
  var next: [Int32] = []

  var rows: Int { tokens.count }
  var targets: Targets<Scalar> { .labels(next) }

  mutating func take(_ rows: Range<Int>, of other: Self) {
    (tokens, next) = (Array(other.tokens[rows]), Array(other.next[rows]))
  }
}

/// A text, over and over, `size` tokens at a time.
struct TokenSource<Scalar: DenseScalar>: BatchSource {
  let text: [Int]
  let size: Int
  private(set) var position: BatchPosition

  init(_ text: [Int], size: Int) {
    (self.text, self.size) = (text, size)
    position = BatchPosition(epoch: 0, row: 0, generator: Generator(seed: 0))
  }

  var emptyBatch: TokenBatch<Scalar> { TokenBatch() }

  mutating func next(into batch: inout TokenBatch<Scalar>) {
    let end = min(text.count - 1, position.row + size)
    batch.tokens = Array(text[position.row..<end])
    batch.next = text[position.row + 1..<end + 1].map { Int32($0) }
    position.row = end
    if end == text.count - 1 { (position.row, position.epoch) = (0, position.epoch + 1) }
  }

  mutating func restore(_ position: BatchPosition) { self.position = position }
}
