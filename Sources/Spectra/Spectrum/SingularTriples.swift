import Kernels

/// The leading part of a singular value decomposition: Σ_j values[j] · left[j]ᵀ · right[j].
///
/// The vectors lie one a row and are orthonormal; the values fall.
package struct SingularTriples: Sendable {
  package let rows: Int
  package let columns: Int
  /// [count, rows].
  package let left: [Double]
  package let values: [Double]
  /// [count, columns].
  package let right: [Double]

  package var count: Int { values.count }

  /// The first `rank` of them, which is the best approximation of that rank.
  package func truncated(to rank: Int) -> SingularTriples {
    guard rank < count else { return self }
    return SingularTriples(
      rows: rows, columns: columns, left: Array(left[..<(rank * rows)]),
      values: Array(values[..<rank]), right: Array(right[..<(rank * columns)]))
  }

  /// The transposed matrix.
  package var transposed: SingularTriples {
    SingularTriples(rows: columns, columns: rows, left: right, values: values, right: left)
  }

  /// B = leftᵀ · diag(√values), [rows, count]: half of the scale, as training leaves it.
  package var up: [Double] {
    let roots = values.map { $0.squareRoot() }
    var result = [Double](repeating: 0, count: rows * count)
    for j in 0..<count {
      for row in 0..<rows { result[row * count + j] = left[j * rows + row] * roots[j] }
    }
    return result
  }

  /// A = diag(√values) · right, [count, columns].
  package var down: [Double] {
    var result = right
    for j in 0..<count {
      let root = values[j].squareRoot()
      for column in 0..<columns { result[j * columns + column] *= root }
    }
    return result
  }
}

/// Why a matrix has no decomposition.
package struct NoDecomposition: Error {}
