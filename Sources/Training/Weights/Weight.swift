import Kernels
import Tensors

/// A frozen tensor of a network: numbers in memory, or a matrix as its file stores it.
///
/// A stored matrix stays in its bytes, of whatever format: products widen it while they multiply.
package struct Weight<Scalar: DenseScalar>: Sendable {
  enum Storage: Sendable {
    case values([Scalar])
    case stored(StoredMatrix)
  }

  /// The name in the network's own terms, as in `0.weight`.
  package let name: String
  package let shape: Shape
  let storage: Storage

  package init(name: String, shape: Shape, values: [Scalar]) {
    precondition(shape.elementCount == values.count, "the values do not fill the shape")
    (self.name, self.shape, storage) = (name, shape, .values(values))
  }

  /// A weight [out, in] that stays as it is stored.
  package init(name: String, stored: StoredMatrix) {
    (self.name, shape) = (name, [stored.rows, stored.columns])
    storage = .stored(stored)
  }

  /// A weight [out, in] that is read into memory, as it is stored.
  package init(name: String, reading source: some WeightSource) throws {
    self.init(name: name, stored: try source.rows(0..<source.rowCount))
  }

  /// Whether the numbers are codes' and so stay as they are.
  package var isCoded: Bool {
    if case .stored(let matrix) = storage, case .coded = matrix.format { true } else { false }
  }

  /// All numbers; a copy where they are stored otherwise.
  package var values: [Scalar] {
    switch storage {
    case .values(let values): values
    case .stored(let matrix): matrix.values(ofRows: 0..<matrix.rows)
    }
  }

  /// As products read it.
  var operand: any ProductOperand {
    switch storage {
    case .values(let values): values
    case .stored(let matrix): matrix
    }
  }

  /// The numbers of some rows of a weight [out, in].
  func values(ofRows rows: Range<Int>) -> [Scalar] {
    switch storage {
    case .values(let values): Array(values[rows.lowerBound * shape[1]..<rows.upperBound * shape[1]])
    case .stored(let matrix): matrix.values(ofRows: rows)
    }
  }
}
