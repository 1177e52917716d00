import Kernels

/// Some rows of a table, in a memory of their own that the next batch reuses.
package struct TableBatch<Scalar: DenseScalar>: TrainingBatch {
  /// [B, in].
  package internal(set) var features: Matrix<Scalar>
  package internal(set) var targets: Targets<Scalar>

  package init(features: Matrix<Scalar>, targets: Targets<Scalar>) {
    (self.features, self.targets) = (features, targets)
  }

  package var rows: Int { features.rows }

  /// Takes the rows of `data` at `indices`, in their order.
  mutating func copy(_ indices: ArraySlice<Int>, of data: Dataset<Scalar>) {
    gather(indices, from: data.features, into: &features)
    switch data.targets {
    case .labels(let labels):
      targets = .labels(indices.map { labels[$0] })
    case .values(let values):
      var chosen = Matrix<Scalar>(rows: 0, columns: 0)
      gather(indices, from: values, into: &chosen)
      targets = .values(chosen)
    case .none:
      targets = .none
    }
  }
}

private func gather<Scalar>(
  _ indices: ArraySlice<Int>, from source: Matrix<Scalar>, into rows: inout Matrix<Scalar>
) {
  let columns = source.columns
  rows.reshape(rows: indices.count, columns: columns)
  let from = source.elements.span
  var to = rows.elements.mutableSpan
  var position = 0
  for index in indices {
    let start = index * columns
    for column in 0..<columns { to[position + column] = from[start + column] }
    position += columns
  }
}
