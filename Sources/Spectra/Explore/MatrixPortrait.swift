import Adapters
import Kernels
import Tensors

/// A matrix small enough to be drawn: its spectrum, and block means of its singular vectors.
///
/// The mean of a block of Σ_j u_j σ_j v_jᵀ is Σ_j mean(u_j) σ_j mean(v_j), because a block's mean is
/// taken over rows and columns apart. So the means of the vectors give the exact block means of the
/// approximation of every rank, and `rest` gives those of what lies beyond the last rank drawn.
package struct MatrixPortrait: Sendable {
  package let name: String
  /// The numbers, computed before anything is averaged.
  package let spectrum: Spectrum
  package let remark: NamedSpectrum.Remark?
  package let rowGrid: BlockGrid
  package let columnGrid: BlockGrid
  /// Approximations that can be drawn: ranks 1 to this.
  package let rank: Int
  /// Means of σ_j · u_j, [rank, rowGrid.cells].
  package let left: [Double]
  /// Means of v_j, [rank, columnGrid.cells].
  package let right: [Double]
  /// Block means of what rank `rank` leaves, [rowGrid.cells, columnGrid.cells]; empty when that is
  /// nothing.
  package let rest: [Double]

  /// The largest sizes of a portrait.
  package struct Limits: Sendable, Equatable {
    /// Cells of a side.
    package let cells: Int
    package let rank: Int

    package init(cells: Int, rank: Int) {
      (self.cells, self.rank) = (cells, rank)
    }
  }

  /// The portrait of a product of thin factors, which is never formed.
  init(
    _ named: NamedSpectrum, _ product: ThinProduct, _ limits: Limits
  ) throws(NoDecomposition) {
    let triples = try product.decomposed()
    self.init(named, triples.truncated(to: limits.rank), limits)
  }

  /// The portrait of a whole matrix from its leading triples.
  init(
    _ named: NamedSpectrum, _ matrix: DenseMatrix, _ triples: SingularTriples, _ limits: Limits
  ) {
    let drawn = MatrixPortrait(named, triples.truncated(to: limits.rank), limits)
    var rest = matrix.blockMeans(drawn.rowGrid, drawn.columnGrid)
    var product = rest
    matmulTN(
      drawn.left, drawn.right, into: &product,
      Product(m: drawn.rowGrid.cells, n: drawn.columnGrid.cells, k: drawn.rank))
    for index in rest.indices { rest[index] -= product[index] }
    // With every rank drawn only the rounding of the decomposition is left.
    let isWhole = drawn.rank == matrix.smallerSide
    self.init(copying: drawn, rest: isWhole ? [] : rest)
  }

  private init(_ named: NamedSpectrum, _ triples: SingularTriples, _ limits: Limits) {
    (name, spectrum, remark) = (named.name, named.spectrum, named.remark)
    rowGrid = BlockGrid(count: triples.rows, limit: limits.cells)
    columnGrid = BlockGrid(count: triples.columns, limit: limits.cells)
    rank = triples.count
    var scaled = triples.left
    for j in 0..<triples.count {
      for row in 0..<triples.rows { scaled[j * triples.rows + row] *= triples.values[j] }
    }
    left = rowGrid.means(of: scaled)
    right = columnGrid.means(of: triples.right)
    rest = []
  }

  private init(copying other: MatrixPortrait, rest: [Double]) {
    (name, spectrum, remark) = (other.name, other.spectrum, other.remark)
    (rowGrid, columnGrid, rank) = (other.rowGrid, other.columnGrid, other.rank)
    (left, right, self.rest) = (other.left, other.right, rest)
  }
}

extension Adapter {
  /// The portraits of modules' deltas, in the order of `spectra`.
  ///
  /// - Parameters:
  ///   - spectra: As `spectra(of:threads:)` gave them for the same `isIncluded`.
  ///   - isIncluded: Which modules are wanted, by their names.
  ///   - limits: The size of a portrait.
  /// - Returns: One portrait for each spectrum.
  /// - Throws: `AdapterError` for factors that do not fit together.
  package func portraits(
    _ spectra: [NamedSpectrum], of isIncluded: (String) -> Bool, _ limits: MatrixPortrait.Limits
  ) throws -> [MatrixPortrait] {
    let matrices = updates.filter { isIncluded($0.module) }.flatMap { update in
      (0..<update.matrixCount).map { (update, $0) }
    }
    return try zip(spectra, matrices).map { named, matrix in
      let product = try matrix.0.delta(matrix.1, of: file)
      do throws(NoDecomposition) {
        return try MatrixPortrait(named, product, limits)
      } catch {
        throw AdapterError.tensor(
          file: file, name: matrix.0.name, problem: "its delta has no decomposition in f64")
      }
    }
  }
}

extension SpectrumDepth {
  /// The portrait of `matrix`, and with it the spectrum that `spectrum(of:workers:)` gives.
  ///
  /// - Throws: When the matrix is not finite, or LAPACK fails.
  package func portrait(
    of matrix: DenseMatrix, named name: String, _ limits: MatrixPortrait.Limits, workers: Workers
  ) throws(NoDecomposition) -> MatrixPortrait {
    if let (spectrum, triples) = try leading(of: matrix, workers: workers) {
      return MatrixPortrait(NamedSpectrum(name: name, spectrum: spectrum), matrix, triples, limits)
    }
    let named = NamedSpectrum(name: name, spectrum: try matrix.spectrum())
    return MatrixPortrait(named, matrix, try matrix.decomposed(), limits)
  }
}
