import Kernels

/// A matrix of low rank that is never formed: leftᵀ · right, [rows, columns].
///
/// Everything about its singular values is in a core of rank × rank: with left = L·Q and
/// right = L'·Q', the matrix is Qᵀ · (Lᵀ·L') · Q'.
package struct ThinProduct: Sendable {
  package let rank: Int
  package let rows: Int
  package let columns: Int
  /// [rank, rows], one vector a row: Bᵀ, with whatever stands in front of B·A.
  package let left: [Double]
  /// [rank, columns]: A.
  package let right: [Double]

  package init(rank: Int, rows: Int, columns: Int, left: [Double], right: [Double]) {
    precondition(left.count == rank * rows && right.count == rank * columns, "no such factors")
    (self.rank, self.rows, self.columns) = (rank, rows, columns)
    (self.left, self.right) = (left, right)
  }

  /// The sum of matrices of one size, exactly: ranks add up.
  package init(sum parts: [ThinProduct]) {
    let (rows, columns) = (parts[0].rows, parts[0].columns)
    precondition(
      parts.allSatisfy { $0.rows == rows && $0.columns == columns }, "matrices of other sizes")
    self.init(
      rank: parts.reduce(0) { $0 + $1.rank }, rows: rows, columns: columns,
      left: parts.flatMap(\.left), right: parts.flatMap(\.right))
  }

  /// The matrix times a number.
  package func scaled(by factor: Double) -> ThinProduct {
    guard factor != 1 else { return self }
    return ThinProduct(
      rank: rank, rows: rows, columns: columns, left: left.map { $0 * factor }, right: right)
  }

  /// The singular values, min(rank, rows, columns) of them, falling; what is left out is zero.
  ///
  /// - Throws: When LAPACK finds none, as for factors that are not finite.
  /// - Complexity: O(rank² · (rows + columns)).
  package func singularValues() throws(NoDecomposition) -> [Double] {
    let (k, k2) = (min(rank, rows), min(rank, columns))
    let core = product(
      rowTriangle(of: left, count: rank, length: rows), k,
      rowTriangle(of: right, count: rank, length: columns), k2)
    guard let values = Kernels.singularValues(of: core, rows: k, columns: k2) else {
      throw NoDecomposition()
    }
    return values
  }

  /// The whole decomposition: min(rank, rows, columns) triples, of which the last can be zero.
  ///
  /// - Throws: When LAPACK finds none, as for factors that are not finite.
  package func decomposed() throws(NoDecomposition) -> SingularTriples {
    let first = rowFactors(of: left, count: rank, length: rows)
    let second = rowFactors(of: right, count: rank, length: columns)
    let core = product(first.lower, first.k, second.lower, second.k)
    guard let small = singularFactors(of: core, rows: first.k, columns: second.k) else {
      throw NoDecomposition()
    }
    let count = small.values.count
    var u = [Double](repeating: 0, count: count * rows)
    var v = [Double](repeating: 0, count: count * columns)
    matmulTN(small.left, first.rows, into: &u, Product(m: count, n: rows, k: first.k))
    matmulNN(small.right, second.rows, into: &v, Product(m: count, n: columns, k: second.k))
    return SingularTriples(rows: rows, columns: columns, left: u, values: small.values, right: v)
  }

  /// Lᵀ · L', [k, k2].
  private func product(_ left: [Double], _ k: Int, _ right: [Double], _ k2: Int) -> [Double] {
    var core = [Double](repeating: 0, count: k * k2)
    matmulTN(left, right, into: &core, Product(m: k, n: k2, k: rank))
    return core
  }
}
