import Kernels
import Tables
import Tensors

/// The rows of a table, pass after pass, in batches of one size; see `RowOrder`.
package struct Batches<Scalar: DenseScalar>: BatchSource {
  private let data: Dataset<Scalar>
  private var order: RowOrder

  /// The batches of `data`; a `size` beyond its rows means all of them at once.
  package init(_ data: Dataset<Scalar>, size: Int, shuffles: Bool, generator: Generator) {
    self.data = data
    order = RowOrder(count: data.rows, size: size, shuffles: shuffles, generator: generator)
  }

  /// Rows of a full batch.
  package var size: Int { order.size }

  package var position: BatchPosition { order.position }

  package var emptyBatch: TableBatch<Scalar> {
    TableBatch(features: Matrix(rows: 0, columns: 0), targets: .none)
  }

  package mutating func next(into batch: inout TableBatch<Scalar>) {
    let rows = order.next()
    if !order.isWhole {
      batch.copy(rows[...], of: data)
    } else if batch.rows == 0 {
      batch = TableBatch(features: data.features, targets: data.targets)
    }
  }

  package mutating func restore(_ position: BatchPosition) { order.restore(position) }
}
