import Kernels
import Synchronization

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
  /// Rows computed at a time: enough for full products, and no layer's output above 1 MiB in f32
  /// unless 32 rows are more, so that an evaluation takes no more memory than training steps do.
  private var rowsAtOnce: Int {
    let widest = layers.reduce(inputs) { max($0, $1.linear.outputs) }
    return max(32, min(1024, (1 << 18) / max(1, widest)))
  }

  /// Calls `body` with the outputs [B, out] of some rows after the other, and the first row's number.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package mutating func forEachOutput(
    of features: Matrix<Scalar>, _ body: (Int, Matrix<Scalar>) throws -> Void
  ) rethrows {
    let rowsAtOnce = rowsAtOnce
    var first = 0
    while first < features.rows {
      let rows = first..<min(features.rows, first + rowsAtOnce)
      try body(first, outputs(for: features.selecting(rows)))
      first = rows.upperBound
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
    let loss = loss
    let blocks = blocks(of: features) { first, y in
      let part = Array(labels[first..<first + y.rows])
      let share = loss.weight(of: Targets<Scalar>.labels(part), rows: y.rows)
      let right = (0..<y.rows).count { y.largest(inRow: $0) == Int(part[$0]) }
      return (total: loss(y, .labels(part)) * share, weight: share, right: right)
    }
    let total = blocks.reduce(0) { $0 + $1.total }
    let right = blocks.reduce(0) { $0 + $1.right }
    return Evaluation(
      rows: features.rows, loss: total / blocks.reduce(0) { $0 + $1.weight },
      quality: .accuracy(Double(right) / Double(features.rows)))
  }

  /// What `body` makes of the outputs of some rows after the other, as `forEachOutput` gives them, on
  /// all threads; which rows are computed together does not depend on their number.
  private mutating func blocks<Result: Sendable>(
    of features: Matrix<Scalar>, _ body: (Int, Matrix<Scalar>) -> Result
  ) -> [Result] {
    let rowsAtOnce = rowsAtOnce
    let count = (features.rows + rowsAtOnce - 1) / rowsAtOnce
    // Weights in codes are unpacked by one network at a time, with all threads.
    let isPacked = layers.contains { $0.linear.weight.packed != nil }
    guard count > 1, !isPacked else {
      var results: [Result] = []
      forEachOutput(of: features) { results.append(body($0, $1)) }
      return results
    }
    let results = Mutex([Result?](repeating: nil, count: count))
    let (network, share) = (self, min(workers.count, count))
    workers.run(share) { worker in
      // A network of its own for its layers' outputs; the weights are shared.
      var network = network
      network.workers = .one
      for block in stride(from: worker, to: count, by: share) {
        let first = block * rowsAtOnce
        let rows = first..<min(features.rows, first + rowsAtOnce)
        let result = body(first, network.outputs(for: features.selecting(rows)))
        results.withLock { $0[block] = result }
      }
    }
    return results.withLock { $0 }.compactMap(\.self)
  }

  private mutating func evaluation(
    on features: Matrix<Scalar>, _ targets: Matrix<Scalar>
  ) -> Evaluation {
    let blocks = blocks(of: features) { first, y in
      var (absolute, squared) = (0.0, 0.0)
      for index in 0..<y.count {
        let error = Double(y.elements[index] - targets.elements[first * y.columns + index])
        absolute += abs(error)
        squared += error * error
      }
      return (absolute: absolute, squared: squared)
    }
    let absolute = blocks.reduce(0) { $0 + $1.absolute }
    let squared = blocks.reduce(0) { $0 + $1.squared }
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
  /// Some of the rows.
  func selecting(_ rows: Range<Int>) -> Matrix {
    Matrix(
      columns: columns,
      elements: Array(elements[rows.lowerBound * columns..<rows.upperBound * columns]))
  }

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
