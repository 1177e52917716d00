import Kernels
import Synchronization
import Tables
import Tensors

/// How well a network does on a table.
package struct Evaluation: Sendable, Equatable {
  package let rows: Int
  /// The mean loss over all rows.
  package let loss: Double
  package let quality: Quality

  package init(rows: Int, loss: Double, quality: Quality) {
    (self.rows, self.loss, self.quality) = (rows, loss, quality)
  }

  package enum Quality: Sendable, Equatable {
    /// A row is taken for the class of its largest output.
    case classes(ClassScores)
    case values(ValueScores)
  }

  /// For labels.
  package var classes: ClassScores? {
    if case .classes(let scores) = quality { scores } else { nil }
  }

  /// For values.
  package var values: ValueScores? {
    if case .values(let scores) = quality { scores } else { nil }
  }
}

extension TableNetwork {
  /// Rows computed at a time: enough for full products, and no layer's output above 1 MiB in f32
  /// unless 32 rows are more, so that an evaluation takes no more memory than training steps do.
  private var rowsAtOnce: Int {
    max(32, min(1024, (1 << 18) / max(1, widths.max() ?? 1)))
  }

  /// The rows of `features` in blocks that are computed at once.
  private func blocks(of features: Matrix<Scalar>) -> [Range<Int>] {
    stride(from: 0, to: features.rows, by: rowsAtOnce).map {
      $0..<min(features.rows, $0 + rowsAtOnce)
    }
  }

  /// Calls `body` with the outputs [B, out] of some rows after the other, and the first row's number.
  @specialized(where Self == MultilayerPerceptron<Double>)
  package func forEachOutput(
    of features: Matrix<Scalar>, _ workers: Workers,
    _ body: (Int, Matrix<Scalar>) throws -> Void
  ) rethrows {
    var memory = makeMemory()
    for rows in blocks(of: features) {
      let batch = TableBatch<Scalar>(features: features.selecting(rows), targets: .none)
      try body(rows.lowerBound, outputs(batch, &memory, .scoring(workers)))
    }
  }

  /// What `body` makes of the outputs of some rows after the other, as `forEachOutput` gives them, on
  /// all threads: each has a memory of its own, and all share the network.
  private func mapOutputs<Result: Sendable>(
    of features: Matrix<Scalar>, _ workers: Workers, _ body: (Int, Matrix<Scalar>) -> Result
  ) -> [Result] {
    let blocks = blocks(of: features)
    let share = min(workers.count, blocks.count)
    guard share > 1 else {
      var results: [Result] = []
      forEachOutput(of: features, workers) { results.append(body($0, $1)) }
      return results
    }
    let results = Mutex([Result?](repeating: nil, count: blocks.count))
    workers.run(share) { worker in
      var memory = makeMemory()
      for block in stride(from: worker, to: blocks.count, by: share) {
        let batch = TableBatch<Scalar>(
          features: features.selecting(blocks[block]), targets: .none)
        let y = outputs(batch, &memory, .scoring(.one))
        let result = body(blocks[block].lowerBound, y)
        results.withLock { $0[block] = result }
      }
    }
    return results.withLock { $0 }.compactMap(\.self)
  }

  /// Compares the outputs with the targets of `data`, which must have some.
  @specialized(where Self == MultilayerPerceptron<Float>)
  @specialized(where Self == MultilayerPerceptron<Double>)
  package func evaluation(
    on data: Dataset<Scalar>, _ loss: Loss, _ workers: Workers
  ) -> Evaluation {
    switch data.targets {
    case .labels(let labels): evaluation(on: data.features, labels, loss, workers)
    case .values(let values): evaluation(on: data.features, values, workers)
    case .none: preconditionFailure("an evaluation needs targets")
    }
  }

  private func evaluation(
    on features: Matrix<Scalar>, _ labels: [Int32], _ loss: Loss, _ workers: Workers
  ) -> Evaluation {
    let blocks = mapOutputs(of: features, workers) { first, y in
      let part = Targets<Scalar>.labels(Array(labels[first..<first + y.rows]))
      return (total: loss.sum(y, part), guesses: (0..<y.rows).map(y.largest(inRow:)))
    }
    let total = blocks.reduce(0) { $0 + $1.total }
    var scores = ClassScores(classes: outputs)
    for (label, guess) in zip(labels, blocks.lazy.flatMap(\.guesses)) {
      scores.note(label: Int(label), guess: guess)
    }
    return Evaluation(
      rows: features.rows, loss: total / loss.divisor(of: Targets<Scalar>.labels(labels)),
      quality: .classes(scores))
  }

  private func evaluation(
    on features: Matrix<Scalar>, _ targets: Matrix<Scalar>, _ workers: Workers
  ) -> Evaluation {
    let blocks = mapOutputs(of: features, workers) { first, y in
      var (absolute, squared) = (0.0, [Double](repeating: 0, count: y.columns))
      for index in 0..<y.count {
        let error = Double(y.elements[index] - targets.elements[first * y.columns + index])
        absolute += abs(error)
        squared[index % y.columns] += error * error
      }
      return (absolute: absolute, squared: squared)
    }
    let scores = ValueScores(
      squared: (0..<targets.columns).map { output in
        blocks.reduce(0) { $0 + $1.squared[output] }
      },
      spread: ValueScores.spreads(of: targets), absolute: blocks.reduce(0) { $0 + $1.absolute },
      rows: features.rows)
    return Evaluation(
      rows: features.rows, loss: scores.meanSquared, quality: .values(scores))
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
