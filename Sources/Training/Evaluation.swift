import Kernels

/// How well a network does on a table.
package struct Evaluation: Sendable, Equatable {
  package let rows: Int
  /// The mean loss over all rows.
  package let loss: Double
  package let quality: Quality

  package enum Quality: Sendable, Equatable {
    /// The share of rows whose largest output is that of their class.
    case accuracy(Double)
    /// Mean absolute error, root of the mean squared error, and the share of the targets' variance
    /// that is explained: 1 - Σ(y-t)²/Σ(t-mean)², each target with its own mean, NaN when all targets are equal.
    case errors(meanAbsolute: Double, rootMeanSquare: Double, explained: Double)
  }

  /// Classes named right, for labels.
  package var accuracy: Double? {
    if case .accuracy(let share) = quality { share } else { nil }
  }
}

extension MultilayerPerceptron {
  /// Rows computed at a time: enough for full products, and a bound on memory.
  private static var rowsAtOnce: Int { 1024 }

  /// Calls `body` with the outputs [B, out] of some rows after the other, and the first row's number.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package mutating func forEachOutput(
    of features: Matrix<Scalar>, _ body: (Int, Matrix<Scalar>) throws -> Void
  ) rethrows {
    var first = 0
    while first < features.rows {
      let rows = min(Self.rowsAtOnce, features.rows - first)
      let elements = features.elements[
        first * features.columns..<(first + rows) * features.columns]
      try body(
        first, outputs(for: Matrix(columns: features.columns, elements: Array(elements))))
      first += rows
    }
  }

  /// Compares the outputs with the targets of `data`, which must have some.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package mutating func evaluation(on data: Dataset<Scalar>) -> Evaluation {
    switch data.targets {
    case .labels(let labels): evaluation(on: data.features, labels)
    case .values(let values): evaluation(on: data.features, values)
    case .none: preconditionFailure("an evaluation needs targets")
    }
  }

  private mutating func evaluation(
    on features: Matrix<Scalar>, _ labels: [Int32]
  ) -> Evaluation {
    var (total, weight, right) = (0.0, 0.0, 0)
    let loss = loss
    forEachOutput(of: features) { first, y in
      let part = Array(labels[first..<first + y.rows])
      let share = loss.weight(of: Targets<Scalar>.labels(part), rows: y.rows)
      total += loss(y, .labels(part)) * share
      weight += share
      for row in 0..<y.rows where y.largest(inRow: row) == Int(part[row]) { right += 1 }
    }
    let rows = features.rows
    return Evaluation(
      rows: rows, loss: total / weight, quality: .accuracy(Double(right) / Double(rows)))
  }

  private mutating func evaluation(
    on features: Matrix<Scalar>, _ targets: Matrix<Scalar>
  ) -> Evaluation {
    var (absolute, squared) = (0.0, 0.0)
    forEachOutput(of: features) { first, y in
      for index in 0..<y.count {
        let error = Double(y.elements[index] - targets.elements[first * y.columns + index])
        absolute += abs(error)
        squared += error * error
      }
    }
    let count = Double(targets.count)
    var spread = 0.0
    for column in 0..<targets.columns {
      let values = (0..<targets.rows).map { Double(targets[$0, column]) }
      let mean = values.reduce(0, +) / Double(values.count)
      spread += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    return Evaluation(
      rows: features.rows, loss: squared / count,
      quality: .errors(
        meanAbsolute: absolute / count, rootMeanSquare: (squared / count).squareRoot(),
        explained: spread == 0 ? .nan : 1 - squared / spread))
  }
}

extension Matrix {
  /// The column of the largest element of a row, the first of several.
  package func largest(inRow row: Int) -> Int {
    var best = 0
    for column in 0..<columns where self[row, column] > self[row, best] { best = column }
    return best
  }

  /// Each row's softmax.
  package var softmaxRows: Matrix {
    var result = Matrix(rows: rows, columns: columns)
    softmax(elements, into: &result.elements, rows: rows, columns: columns)
    return result
  }
}
