import Kernels
import Tensors

/// Matrices that layers need for a moment: they are lent, given back, and lent again.
///
/// What is lent holds whatever was left in it. So nothing is allocated in the middle of a step, and
/// what all layers need in turn is in memory once.
struct Scratch<Scalar: DenseScalar>: Sendable {
  private var idle: [Matrix<Scalar>] = []

  /// A matrix [rows, columns]: the smallest idle one that holds as much, or a new one.
  mutating func take(_ rows: Int, _ columns: Int) -> Matrix<Scalar> {
    let count = rows * columns
    let place = idle.indices.filter { idle[$0].elements.count >= count }
      .min { idle[$0].elements.count < idle[$1].elements.count }
    guard let place else {
      // Of those that are too small one makes room.
      if !idle.isEmpty { idle.removeFirst() }
      return Matrix(rows: rows, columns: columns)
    }
    var matrix = idle.remove(at: place)
    matrix.reshape(rows: rows, columns: columns)
    return matrix
  }

  mutating func give(_ matrices: Matrix<Scalar>...) { idle += matrices }
}

/// One way of a batch through the blocks of a transformer.
struct Passage<Scalar: DenseScalar>: Sendable {
  let plan: SequencePlan<Scalar>
  let pass: Pass
  var scratch: Scratch<Scalar>
  /// Whether blocks are computed again for what backward needs of them.
  var isAgain = false

  /// Calls `body` with the passage of a layer that sees these rows only.
  mutating func seeing(_ rows: [Int], _ body: (inout Passage) -> Void) {
    var part = Passage(
      plan: plan, pass: pass.seeing(rows), scratch: Scratch(), isAgain: isAgain)
    swap(&part.scratch, &scratch)
    body(&part)
    swap(&part.scratch, &scratch)
  }
}
