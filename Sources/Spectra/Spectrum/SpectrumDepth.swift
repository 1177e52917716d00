import Kernels

/// How many singular values of a whole matrix are computed.
package enum SpectrumDepth: Sendable, Equatable {
  /// Every one, by LAPACK.
  case all
  /// At most so many leading ones of large matrices, as far as a sketch proves them.
  ///
  /// Every one where it proves none, and where the smaller side is at most 1024.
  case leading(Int)

  private static let quickSide = 1024

  /// The spectrum of `matrix`.
  ///
  /// - Throws: When the matrix is not finite, or LAPACK fails.
  package func spectrum(
    of matrix: DenseMatrix, workers: Workers
  ) throws(NoDecomposition) -> Spectrum {
    if let (spectrum, _) = try leading(of: matrix, workers: workers) { return spectrum }
    return try matrix.spectrum()
  }

  /// The leading triples of a large matrix and its spectrum as they tell it; nil when every singular
  /// value is wanted, or none of a few proven.
  ///
  /// - Throws: When the matrix is not finite, or LAPACK fails.
  func leading(
    of matrix: DenseMatrix, workers: Workers
  ) throws(NoDecomposition) -> (spectrum: Spectrum, triples: SingularTriples)? {
    guard case .leading(let count) = self, matrix.smallerSide > max(Self.quickSide, 3 * count)
    else { return nil }
    return try LeadingSearch(rank: count, workers: workers).leading(on: matrix)
  }
}
