import Kernels
import Tables
import Tensors

/// Some rows of a table, in a memory of their own that the next batch reuses.
package struct TableBatch<Scalar: DenseScalar>: TrainingBatch {
  /// [B, in].
  package private(set) var features: Matrix<Scalar>
  package private(set) var targets: Targets<Scalar>

  package init(features: Matrix<Scalar>, targets: Targets<Scalar>) {
    (self.features, self.targets) = (features, targets)
  }

  package var rows: Int { features.rows }

  /// Takes the rows of `data` at `indices`, in their order.
  mutating func copy(_ indices: ArraySlice<Int>, of data: Dataset<Scalar>) {
    features.take(indices, of: data.features)
    targets = data.targets.selecting(indices)
  }

  package mutating func take(_ rows: Range<Int>, of other: TableBatch) {
    features.take(rows, of: other.features)
    targets = other.targets.selecting(Array(rows)[...])
  }
}
