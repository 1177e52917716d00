import Kernels
import Tensors

// What the rows of a pass contribute to a gradient.

extension Parameter {
  /// Takes in Σ over rows of aᵀ b, for a [rows, m], b [rows, n] and a parameter [m, n].
  package mutating func addProduct(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, _ pass: Pass, use: Int = 0
  ) {
    let (m, n) = (shape[0], shape.rank > 1 ? shape[1] : 1)
    addGradient(pass, rows: a.rows, use: use) { rows, sum, continues in
      matmulTN(
        a.elements, b.elements, into: &sum,
        Product(
          m: m, n: n, k: rows.count, accumulates: continues, workers: pass.workers),
        firstRow: rows.lowerBound)
    }
  }

  /// Takes in Σ over rows of a [rows, n], for a parameter [n].
  package mutating func addRows(_ a: Matrix<Scalar>, use: Int = 0) {
    addColumns(use: use) { $0.add(a.elements, rows: a.rows) }
  }

  /// Takes in Σ over rows of a∘b, both [rows, n], for a parameter [n].
  package mutating func addRowProducts(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, use: Int = 0
  ) {
    addColumns(use: use) { $0.addProducts(a.elements, b.elements, rows: a.rows) }
  }

  /// Takes in, for a parameter [n, columns], factor·a[i] in row indices[i] for each row i of a; rows
  /// whose index is negative are left out.
  package mutating func addRows(
    _ a: Matrix<Scalar>, at indices: [Int32], times factor: Double, use: Int = 0
  ) {
    addChain(use: use) { a.addRows(at: indices, times: Scalar(factor), to: &$0) }
  }
}

extension Matrix {
  /// sum[indices[i]] += factor·self[i], the rows of the sum having as many columns.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  fileprivate func addRows(at indices: [Int32], times factor: Scalar, to sum: inout [Scalar]) {
    let from = elements.span
    var to = sum.mutableSpan
    for (row, index) in indices.enumerated() where index >= 0 {
      let (source, target) = (row * columns, Int(index) * columns)
      for column in 0..<columns { to[target + column] += factor * from[source + column] }
    }
  }
}
