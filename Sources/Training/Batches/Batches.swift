import Kernels
import Tables
import Tensors

/// The rows of a table, pass after pass, in batches of one size; the last of a pass may be short.
///
/// Each pass is shuffled anew unless the file's order is asked for. A batch that holds the whole
/// table is never shuffled: each step has all rows, whatever their order.
package struct Batches<Scalar: DenseScalar>: BatchSource {
  private let data: Dataset<Scalar>
  /// Rows of a full batch.
  package let size: Int
  private let shuffles: Bool
  private var order: [Int]
  private var generator: Generator
  package private(set) var position: BatchPosition

  /// The batches of `data`; a `size` beyond its rows means all of them at once.
  package init(_ data: Dataset<Scalar>, size: Int, shuffles: Bool, generator: Generator) {
    precondition(size > 0 && data.rows > 0, "a batch has rows")
    self.data = data
    self.size = min(size, data.rows)
    self.shuffles = shuffles && size < data.rows
    self.generator = generator
    order = Array(0..<data.rows)
    position = BatchPosition(epoch: 0, row: 0, generator: generator)
    beginPass()
  }

  package var emptyBatch: TableBatch<Scalar> {
    TableBatch(features: Matrix(rows: 0, columns: 0), targets: .none)
  }

  package mutating func next(into batch: inout TableBatch<Scalar>) {
    if size < data.rows {
      batch.copy(order[position.row..<min(position.row + size, data.rows)], of: data)
    } else if batch.rows == 0 {
      batch = TableBatch(features: data.features, targets: data.targets)
    }
    position.row += size
    if position.row >= data.rows {
      position.row = 0
      position.epoch += 1
      position.generator = generator
      beginPass()
    }
  }

  package mutating func restore(_ position: BatchPosition) {
    self.position = position
    generator = position.generator
    beginPass()
  }

  /// The order of a pass depends on the generator alone, not on the pass before.
  private mutating func beginPass() {
    guard shuffles else { return }
    for index in order.indices { order[index] = index }
    generator.shuffle(&order)
  }
}
