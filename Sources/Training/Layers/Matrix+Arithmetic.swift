import Kernels
import Tensors

extension Matrix {
  /// Makes every element 0.
  package mutating func setZero() {
    fillRows(&elements, with: Array(repeating: 0, count: columns), rows: rows)
  }

  /// self += factor · other, of the same shape.
  package mutating func add(_ other: Matrix, times factor: Scalar = 1) {
    add(other, times: Array(repeating: factor, count: columns))
  }

  /// self += factors · other, column by column.
  package mutating func add(_ other: Matrix, times factors: [Scalar]) {
    addScaledColumns(other.elements, factors: factors, to: &elements, rows: rows)
  }

  /// self = factors · other, column by column.
  package mutating func set(_ other: Matrix, times factors: [Scalar]) {
    reshape(rows: other.rows, columns: other.columns)
    setZero()
    add(other, times: factors)
  }
}
