import Kernels
import Tensors

/// A whole matrix in memory, in f32, row-major: a difference of weights, or weights themselves.
package struct DenseMatrix: Sendable {
  package let rows: Int
  package let columns: Int
  /// [rows, columns].
  package let values: [Float]

  package init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "values do not fill the matrix")
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }

  /// A product of thin factors, formed.
  package init(_ product: ThinProduct, workers: Workers) {
    var result = [Float](repeating: 0, count: product.rows * product.columns)
    matmulTN(
      product.left.map { Float($0) }, product.right.map { Float($0) }, into: &result,
      Product(m: product.rows, n: product.columns, k: product.rank, workers: workers))
    self.init(rows: product.rows, columns: product.columns, values: result)
  }

  package var smallerSide: Int { min(rows, columns) }

  package var transposed: DenseMatrix {
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return DenseMatrix(rows: columns, columns: rows, values: result)
  }

  /// All singular values, by LAPACK in f64.
  ///
  /// - Throws: When LAPACK finds none, as for a matrix that is not finite.
  /// - Complexity: O(rows · columns · smaller side); some ten seconds for 4096 × 4096.
  package func spectrum() throws(NoDecomposition) -> Spectrum {
    guard
      let found = singularValues(of: values.map { Double($0) }, rows: rows, columns: columns)
    else { throw NoDecomposition() }
    return Spectrum(rows: rows, columns: columns, values: found)
  }

  /// The whole decomposition, by LAPACK in f64.
  ///
  /// - Throws: When LAPACK finds none, as for a matrix that is not finite.
  package func decomposed() throws(NoDecomposition) -> SingularTriples {
    guard
      let found = singularFactors(of: values.map { Double($0) }, rows: rows, columns: columns)
    else { throw NoDecomposition() }
    let k = found.values.count
    var left = [Double](repeating: 0, count: k * rows)
    for row in 0..<rows {
      for j in 0..<k { left[j * rows + row] = found.left[row * k + j] }
    }
    return SingularTriples(
      rows: rows, columns: columns, left: left, values: found.values, right: found.right)
  }
}
