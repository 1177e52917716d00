import Kernels

/// A dense row-major matrix [rows, columns] whose memory is kept when it shrinks.
package struct Matrix<Scalar: DenseScalar>: Sendable {
  package private(set) var rows: Int
  package private(set) var columns: Int
  /// The rows one after the other, and after them what an earlier, larger shape left behind.
  package var elements: [Scalar]

  /// A matrix of zeros.
  package init(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    elements = Array(zeros: rows * columns)
  }

  /// The matrix that `elements` fill, row by row.
  package init(columns: Int, elements: [Scalar]) {
    precondition(columns > 0 && elements.count % columns == 0, "elements do not fill the rows")
    (rows, self.columns) = (elements.count / columns, columns)
    self.elements = elements
  }

  package var count: Int { rows * columns }

  /// Takes another shape; what the elements hold afterwards is unspecified.
  package mutating func reshape(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    if elements.count < count {
      elements = Array(zeros: count)
    }
  }

  package subscript(row: Int, column: Int) -> Scalar {
    elements[row * columns + column]
  }

  /// One row, as a copy-free slice.
  package subscript(row row: Int) -> ArraySlice<Scalar> {
    elements[row * columns..<(row + 1) * columns]
  }

  /// Some of the rows.
  package func selecting(_ rows: Range<Int>) -> Matrix {
    Matrix(
      columns: columns,
      elements: Array(elements[rows.lowerBound * columns..<rows.upperBound * columns]))
  }

  /// Becomes the rows of `source` at `indices`, in their order.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package mutating func take(_ indices: ArraySlice<Int>, of source: Matrix) {
    let columns = source.columns
    reshape(rows: indices.count, columns: columns)
    let from = source.elements.span
    var to = elements.mutableSpan
    var position = 0
    for index in indices {
      let start = index * columns
      for column in 0..<columns { to[position + column] = from[start + column] }
      position += columns
    }
  }

  /// Becomes some rows of `source`.
  package mutating func take(_ rows: Range<Int>, of source: Matrix) {
    let columns = source.columns
    reshape(rows: rows.count, columns: columns)
    elements.replaceSubrange(
      0..<count,
      with: source.elements[rows.lowerBound * columns..<rows.upperBound * columns])
  }
}
