import Kernels
import Tensors

/// Rows of an embedding that are trained by themselves, in place of the embedding's own.
///
/// PEFT's `trainable_token_indices`. A head that is the embedding has the same rows:
///
///     x[t] = R[i] where token t is the i-th of them;  z[:, token i] += x (R[i] - E[token i])ᵀ
package struct TrainedRows<Scalar: DenseScalar>: Sendable {
  /// Ascending.
  package let tokens: [Int32]
  /// R [rows, width].
  package internal(set) var values: Parameter<Scalar>
  /// E's rows of the tokens [rows, width].
  private let base: Matrix<Scalar>
  /// The row of each token.
  private let places: [Int32: Int32]

  /// The rows of `tokens`, as the embedding of `module` has them.
  init(_ tokens: [Int32], of embedding: NetworkTensor<Scalar>, module: String) {
    self.tokens = tokens
    base = embedding.rows(tokens)
    values = Parameter(
      name: module + ".token_adapter.trainable_tokens_delta", role: .whole,
      shape: [base.rows, base.columns], value: base.elements)
    places = Dictionary(
      tokens.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// For each token its row, negative where it has none.
  private func rows(_ tokens: [Int32]) -> [Int32] { tokens.map { places[$0] ?? -1 } }

  /// Puts the rows of `tokens` in place of those that x [T, width] has.
  func replace(_ tokens: [Int32], in x: inout Matrix<Scalar>) {
    let width = x.columns
    for (row, place) in rows(tokens).enumerated() where place >= 0 {
      x.elements.replaceSubrange(
        row * width..<(row + 1) * width,
        with: values.value[Int(place) * width..<(Int(place) + 1) * width])
    }
  }

  // x[t] = factor·R[i]:  dR[i] += factor·d[t]
  mutating func backward(_ d: Matrix<Scalar>, _ tokens: [Int32], times factor: Double) {
    values.addRows(d, at: rows(tokens), times: factor)
  }

  // MARK: As rows of a head

  /// R - E.
  private var change: Matrix<Scalar> {
    var change = Matrix(columns: base.columns, elements: values.value)
    change.add(base, times: -1)
    return change
  }

  /// Adds x (R - E)ᵀ to the columns of z [B, vocabulary] that are the tokens'.
  func addLogits(of x: Matrix<Scalar>, to z: inout Matrix<Scalar>, _ pass: Pass) {
    var part = Matrix<Scalar>(rows: x.rows, columns: tokens.count)
    matmulNT(
      x.elements, change.elements, into: &part.elements,
      Product(m: x.rows, n: tokens.count, k: x.columns, workers: pass.workers))
    for row in 0..<x.rows {
      for (place, token) in tokens.enumerated() {
        z.elements[row * z.columns + Int(token)] += part[row, place]
      }
    }
  }

  // z[:, token i] += x (R[i] - E[i])ᵀ:  dR += dzᵀ x, dx += dz (R - E)
  mutating func backwardLogits(
    _ flow: inout GradientFlow<Scalar>, x: Matrix<Scalar>, _ pass: Pass
  ) {
    let dz = flow.above
    var part = Matrix<Scalar>(rows: dz.rows, columns: tokens.count)
    for row in 0..<dz.rows {
      for (place, token) in tokens.enumerated() {
        part.elements[row * tokens.count + place] = dz[row, Int(token)]
      }
    }
    values.addProduct(part, x, pass, use: 1)
    guard flow.goesOn else { return }
    matmulNN(
      part.elements, change.elements, into: &flow.below.elements,
      Product(
        m: dz.rows, n: x.columns, k: tokens.count, accumulates: true, workers: pass.workers))
  }

  /// Calls `body` with these rows in place, which an optional chain can reach too.
  mutating func apply(_ body: (inout TrainedRows) throws -> Void) rethrows { try body(&self) }
}
