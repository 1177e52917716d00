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
  package mutating func addRows(_ a: Matrix<Scalar>, _ pass: Pass, use: Int = 0) {
    addColumns(pass, use: use) { $0.add(a.elements, rows: a.rows) }
  }

  /// Takes in Σ over rows of a∘b, both [rows, n], for a parameter [n].
  package mutating func addRowProducts(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, _ pass: Pass, use: Int = 0
  ) {
    addColumns(pass, use: use) { $0.addProducts(a.elements, b.elements, rows: a.rows) }
  }

  /// Takes in, for a parameter [n, columns], factor·a[i] in row indices[i] for each row i of a.
  package mutating func addRows(
    _ a: Matrix<Scalar>, at indices: [Int32], times factor: Double, _ pass: Pass, use: Int = 0
  ) {
    addGradient(pass, rows: a.rows, use: use) { rows, sum, continues in
      if !continues { for index in sum.indices { sum[index] = 0 } }
      for row in rows {
        let start = Int(indices[row]) * a.columns
        for column in 0..<a.columns { sum[start + column] += Scalar(factor) * a[row, column] }
      }
    }
  }
}
