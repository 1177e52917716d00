import Kernels
import Models
import Tensors

/// What tokens begin as: x[t] = norm(multiplier·E[token] + P[position] + S[segment]).
///
/// Shapes: E [vocabulary, width], P [positions, width], S [segments, width], x [T, width].
package struct EmbeddingLayer<Scalar: DenseScalar>: Sendable {
  /// What stands before `.weight` in the file.
  package let module: String
  package internal(set) var tokens: NetworkTensor<Scalar>
  package internal(set) var positions: NetworkTensor<Scalar>?
  package internal(set) var segments: NetworkTensor<Scalar>?
  package internal(set) var norm: NormLayer<Scalar>?
  let multiplier: Double
  /// Where positions count from, and which token stays there: RoBERTa's padding.
  let padding: Int?
  /// Adapters: each adds s·B A[:, token].
  package internal(set) var branches: [EmbeddingBranch<Scalar>] = []

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    var sum = Matrix<Scalar>(rows: 0, columns: 0)
    var norm = NormLayer<Scalar>.Memory()

    package init() {}
  }

  var width: Int { tokens.shape[1] }

  /// - Parameters:
  ///   - batch: The tokens.
  ///   - start: The position of the first token.
  ///   - memory: Overwritten.
  ///   - pass: The threads.
  /// - Returns: x [T, width].
  func forward(
    _ batch: TokenBatch<Scalar>, from start: Int = 0, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    var x = tokens.rows(batch.tokens)
    for branch in branches { branch.forward(batch.tokens, addingTo: &x, pass) }
    if multiplier != 1 {
      x.set(x, times: Array(repeating: Scalar(multiplier), count: width))
    }
    if let positions { x.add(positions.rows(self.positions(of: batch, from: start))) }
    if let segments {
      let ids = batch.segments ?? Array(repeating: 0, count: batch.rows)
      x.add(segments.rows(ids))
    }
    guard let norm else { return x }
    memory.sum = x
    norm.forward(x, &memory.norm, pass)
    return memory.norm.output
  }

  private func positions(of batch: TokenBatch<Scalar>, from start: Int) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(batch.rows)
    for length in batch.lengths {
      guard let padding else {
        result += Int32(start)..<Int32(start + length)
        continue
      }
      var position = Int32(padding)
      for token in batch.tokens[result.count..<result.count + length] {
        if token != Int32(padding) { position += 1 }
        result.append(token == Int32(padding) ? Int32(padding) : position)
      }
    }
    return result
  }

  // x = norm(multiplier·E[token] + P[position] + S[segment]):  a row of each gradient is a sum of rows of d
  mutating func backward(
    _ d: Matrix<Scalar>, _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    var d = d
    if norm != nil {
      let above = d
      norm?.backward(above, x: memory.sum, into: &d, adds: false, &memory.norm, pass)
    }
    let places = positions == nil ? [] : positions(of: batch, from: 0)
    positions?.withParameter { $0.addRows(d, at: places, times: 1) }
    let ids = batch.segments ?? Array(repeating: 0, count: batch.rows)
    segments?.withParameter { $0.addRows(d, at: ids, times: 1) }
    tokens.withParameter { $0.addRows(d, at: batch.tokens, times: multiplier) }
  }

  /// Calls `body` with every tensor, and what it is when it is trained.
  mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows {
    try body(&tokens, .whole)
    if var positions = positions.take() {
      defer { self.positions = positions }
      try body(&positions, .whole)
    }
    if var segments = segments.take() {
      defer { self.segments = segments }
      try body(&segments, .whole)
    }
    try norm?.withTensors(body)
  }
}

/// A low-rank update of an embedding: E += s·(B A)ᵀ, A [rank, vocabulary], B [width, rank].
package struct EmbeddingBranch<Scalar: DenseScalar>: Sendable {
  /// Aᵀ [vocabulary, rank].
  let rows: Matrix<Scalar>
  /// B [width, rank].
  let up: Matrix<Scalar>
  let scaling: Double

  /// A branch of the factors A [rank, vocabulary] and B [width, rank].
  package init(down: [Scalar], up: [Scalar], rank: Int, scaling: Double) {
    let count = down.count / rank
    var rows = [Scalar](repeating: 0, count: down.count)
    for index in rows.indices { rows[index] = down[index % rank * count + index / rank] }
    self.rows = Matrix(columns: rank, elements: rows)
    self.up = Matrix(columns: rank, elements: up)
    self.scaling = scaling
  }

  /// x[t] += s·B A[:, token of t].
  func forward(_ tokens: [Int32], addingTo x: inout Matrix<Scalar>, _ pass: Pass) {
    var hidden = Matrix<Scalar>(rows: 0, columns: rows.columns)
    hidden.take(tokens.map { Int($0) }[...], of: rows)
    var scaled = hidden
    scaled.set(hidden, times: Array(repeating: Scalar(scaling), count: rows.columns))
    matmulNT(
      scaled.elements, up.elements, into: &x.elements,
      Product(
        m: tokens.count, n: up.rows, k: rows.columns, accumulates: true, workers: pass.workers))
  }
}
