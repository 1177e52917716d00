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
    elements = Array(repeating: 0, count: rows * columns)
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
      elements = Array(repeating: 0, count: count)
    }
  }

  package subscript(row: Int, column: Int) -> Scalar {
    elements[row * columns + column]
  }

  /// One row, as a copy-free slice.
  package subscript(row row: Int) -> ArraySlice<Scalar> {
    elements[row * columns..<(row + 1) * columns]
  }
}
