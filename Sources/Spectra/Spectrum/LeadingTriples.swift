import Kernels
import Tensors

/// The best approximation of a matrix by one of low rank, and how that is known.
package struct LeadingTriples: Sendable {
  /// Of the rank that was asked for, or less where the matrix has less.
  package let triples: SingularTriples
  /// ‖M‖², the squared Frobenius norm.
  package let energy: Double
  /// ‖M − approximation‖ / ‖M‖.
  package let error: Double
  /// No approximation of this rank has a smaller relative error.
  package let leastError: Double
  package let method: Method

  /// How the triples were found.
  package enum Method: String, Sendable {
    /// A random sketch, refined until its error was proven.
    case sketch
    /// LAPACK's decomposition of the whole matrix.
    case lapack
  }
}

/// Finds leading singular triples with a random sketch and checks them.
///
///     Y = Ω·Mᵀ, then in turn Z = orth(Y)·M and Y = orth(Z)·Mᵀ        // f32 products
///     Y = W·Mᵀ, with W = orth(Z), and the decomposition of Y             // f64, M as it is
///
/// The last product makes the error exact: M·Wᵀ·W is an orthogonal projection, so what it loses is
/// ‖M‖² less the energy it keeps. `ErrorBound` says how much any approximation of the rank must
/// lose. While the first is more than 1.0001 times the second, the sketch is widened and refined
/// once more; when it would be a third of the matrix, LAPACK decomposes the whole.
///
/// Source: N. Halko, P. G. Martinsson, J. A. Tropp, Finding structure with randomness, 2011,
/// <https://arxiv.org/abs/0909.4061>, algorithms 4.4 and 5.1.
package struct LeadingSearch: Sendable {
  package let target: RankTarget
  package let workers: Workers
  /// The start of the random numbers: the same matrix and seed give the same triples.
  package var seed: UInt64 = 0
  /// The error is at most this much more than the least one, relatively.
  package var tolerance = 1e-4

  package init(rank: Int, workers: Workers) {
    self.init(.rank(rank), workers: workers)
  }

  package init(_ target: RankTarget, workers: Workers) {
    precondition(target.most > 0, "an approximation of no rank")
    (self.target, self.workers) = (target, workers)
  }

  /// Matrices whose smaller side is no larger are decomposed whole at once: it takes no longer.
  private static let smallSide = 96

  /// The leading triples of `matrix`.
  ///
  /// - Throws: When the matrix is not finite, or LAPACK fails.
  package func run(on matrix: DenseMatrix) throws(NoDecomposition) -> LeadingTriples {
    let energy = sumOfSquares(matrix.values, workers: workers)
    guard energy.isFinite else { throw NoDecomposition() }
    var width = firstWidth
    var basis: [Double] = []
    var generator = Generator(seed: seed)
    var rounds = 1
    while isWorthASketch(matrix, width) {
      let bound = try self.bound(matrix, energy, &basis, width, rounds, &generator)
      if let rank = target.rank(values: bound.triples.values, energy: energy),
        let found = accepted(bound, rank, energy, &generator)
      {
        return found
      }
      width *= 2
      rounds += 1
    }
    return try whole(matrix, energy)
  }

  /// The leading triples of `matrix` whose values a sketch proves to a hundred-thousandth, and its
  /// spectrum as they tell it.
  ///
  /// They are as many as the target's rank at most, and fewer where a flat tail of the spectrum
  /// begins: to tell its values apart takes the whole decomposition.
  ///
  /// - Returns: Nil when not even the first value is proven, or the matrix is too small to gain.
  /// - Throws: When the matrix is not finite, or LAPACK fails.
  package func leading(
    on matrix: DenseMatrix
  ) throws(NoDecomposition) -> (spectrum: Spectrum, triples: SingularTriples)? {
    let energy = sumOfSquares(matrix.values, workers: workers)
    guard energy.isFinite else { throw NoDecomposition() }
    let width = target.most + max(8, target.most / 4)
    guard energy > 0, isWorthASketch(matrix, width) else { return nil }
    var basis: [Double] = []
    var generator = Generator(seed: seed)
    let bound = try self.bound(matrix, energy, &basis, width, 3, &generator)
    let proven = bound.provenCount(
      limit: target.most, outside: bound.probed(&generator, workers: workers), tolerance: 1e-5)
    guard proven > 0 else { return nil }
    let triples = bound.triples.truncated(to: proven)
    let spectrum = Spectrum(
      rows: matrix.rows, columns: matrix.columns, values: triples.values, energy: energy)
    return (spectrum, triples)
  }

  /// The leading singular values of `matrix` as one sketch sees them: each at most its true value.
  ///
  /// For a choice between matrices before the search itself; small matrices are decomposed whole.
  ///
  /// - Throws: When the matrix is not finite, or LAPACK fails.
  package func estimate(on matrix: DenseMatrix) throws(NoDecomposition) -> Spectrum {
    let energy = sumOfSquares(matrix.values, workers: workers)
    guard energy.isFinite else { throw NoDecomposition() }
    guard isWorthASketch(matrix, firstWidth) else { return try matrix.spectrum() }
    var basis: [Double] = []
    var generator = Generator(seed: seed)
    let bound = try self.bound(matrix, energy, &basis, firstWidth, 1, &generator)
    return Spectrum(
      rows: matrix.rows, columns: matrix.columns,
      values: Array(bound.triples.values.prefix(target.most)), energy: energy)
  }

  /// An energy target often needs far fewer ranks than it may have.
  private var firstWidth: Int {
    switch target {
    case .rank(let rank): rank + max(8, rank / 4)
    case .energy(_, let most): min(24, most + 8)
    }
  }

  private func isWorthASketch(_ matrix: DenseMatrix, _ width: Int) -> Bool {
    matrix.smallerSide > Self.smallSide && 3 * width < matrix.smallerSide
  }

  /// One round: a sketch of this width that goes on from `basis`, and what it proves.
  private func bound(
    _ matrix: DenseMatrix, _ energy: Double, _ basis: inout [Double], _ width: Int, _ rounds: Int,
    _ generator: inout Generator
  ) throws(NoDecomposition) -> ErrorBound {
    let blocks = Sketch(matrix: matrix, width: width, workers: workers)
      .refined(basis, times: rounds, &generator)
    let bound = try ErrorBound(matrix, blocks, energy: energy, workers: workers)
    basis = bound.triples.right
    return bound
  }

  private func whole(
    _ matrix: DenseMatrix, _ energy: Double
  ) throws(NoDecomposition) -> LeadingTriples {
    let all = try matrix.decomposed()
    let rank = target.rank(values: all.values, energy: energy) ?? all.count
    let tail = all.values.dropFirst(rank).reversed().reduce(0) { $0 + $1 * $1 }
    let error = energy > 0 ? (tail / energy).squareRoot() : 0
    return LeadingTriples(
      triples: all.truncated(to: rank), energy: energy, error: error, leastError: error,
      method: .lapack)
  }

  /// The sketch's triples, if no others are better by more than the tolerance.
  private func accepted(
    _ bound: ErrorBound, _ rank: Int, _ energy: Double, _ generator: inout Generator
  ) -> LeadingTriples? {
    let kept = bound.triples.values.prefix(rank).reduce(0) { $0 + $1 * $1 }
    let lost = max(0, energy - kept)
    let factor = (1 + tolerance) * (1 + tolerance)
    func least(_ outside: Double) -> Double {
      min(lost, max(0, energy - bound.mostKept(rank: rank, outside: outside)))
    }
    // Below a millionth of the norm errors are not told apart: that is f32's own rounding.
    func isEnough(_ least: Double) -> Bool { lost <= factor * least + 1e-12 * energy }
    var found = least(bound.trace)
    if !isEnough(found) { found = least(bound.probed(&generator, workers: workers)) }
    guard isEnough(found) else { return nil }
    func relative(_ part: Double) -> Double { energy > 0 ? (part / energy).squareRoot() : 0 }
    return LeadingTriples(
      triples: bound.triples.truncated(to: rank), energy: energy, error: relative(lost),
      leastError: relative(found), method: .sketch)
  }
}

/// Products of a block of vectors with a matrix and its transpose, in turn.
private struct Sketch {
  let matrix: DenseMatrix
  let width: Int
  let workers: Workers

  /// A basis widened to `width` rows with random ones, and refined.
  ///
  /// - Parameters:
  ///   - basis: [·, columns]; right singular vectors found so far, or empty.
  ///   - times: Refinements, each a product with the matrix and one with its transpose.
  ///   - generator: What the random rows are drawn from, uniformly in [-1, 1).
  /// - Returns: Both blocks, orthonormal.
  func refined(
    _ basis: [Double], times: Int, _ generator: inout Generator
  ) -> ErrorBound.Blocks {
    let (m, n) = (matrix.rows, matrix.columns)
    var right = basis
    while right.count < width * n { right.append(generator.uniform(within: 1)) }
    var left: [Double] = []
    for _ in 0...times {
      left = rowFactors(of: image(of: right), count: width, length: m).rows
      right = rowFactors(of: preimage(of: left), count: width, length: n).rows
    }
    return ErrorBound.Blocks(width: width, left: left, right: right)
  }

  /// block · Mᵀ, [width, rows].
  private func image(of block: [Double]) -> [Double] {
    var result = [Float](repeating: 0, count: width * matrix.rows)
    matmulNT(
      block.map { Float($0) }, matrix.values, into: &result,
      Product(m: width, n: matrix.rows, k: matrix.columns, workers: workers))
    return result.map { Double($0) }
  }

  /// block · M, [width, columns].
  private func preimage(of block: [Double]) -> [Double] {
    var result = [Float](repeating: 0, count: width * matrix.columns)
    matmulNN(
      block.map { Float($0) }, matrix.values, into: &result,
      Product(m: width, n: matrix.columns, k: matrix.rows, workers: workers))
    return result.map { Double($0) }
  }
}
