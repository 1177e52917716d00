import Kernels
import Tables
import Tensors

/// What each row adds to a table's metrics, from which those of any choice of rows follow.
///
/// | for     | terms of a row                                                          |
/// |---------|-------------------------------------------------------------------------|
/// | classes | its loss, 1 when named right                                            |
/// | values  | Σ\|y-t\|, and (y-t)², t-mean and (t-mean)² of each target             |
package struct RowTerms: Sendable {
  private let terms: Matrix<Double>
  /// Nil for classes.
  private let outputs: Int?
  /// For classes [class][predicted class]: how many rows.
  package private(set) var confusion: [[Int]] = []
  /// Of two classes: how well the second's rows are sorted before the first's by z₁ - z₀.
  package private(set) var ranking: Ranking?

  /// The terms of all rows of `data`, which must have targets, under `network`.
  package init(
    _ network: some TableNetwork<Double>, on data: Dataset<Double>, _ workers: Workers
  ) {
    var elements: [Double] = []
    switch data.targets {
    case .labels(let labels):
      outputs = nil
      var confusion = [[Int]](
        repeating: Array(repeating: 0, count: network.outputs), count: network.outputs)
      var scored: [(score: Double, isPositive: Bool)] = []
      network.forEachOutput(of: data.features, workers) { first, y in
        for row in 0..<y.rows {
          let label = labels[first + row]
          if y.columns == 2 { scored.append((y[row, 1] - y[row, 0], label == 1)) }
          let guess = y.largest(inRow: row)
          confusion[Int(label)][guess] += 1
          let loss = Loss.softmaxCrossEntropy.sum(
            Matrix(columns: y.columns, elements: Array(y[row: row])), .labels([label]))
          elements += [loss, guess == Int(label) ? 1 : 0]
        }
      }
      self.confusion = confusion
      if network.outputs == 2 { ranking = Ranking(scored) }
    case .values(let values):
      outputs = values.columns
      let means = (0..<values.columns).map { column in
        (0..<values.rows).reduce(0.0) { $0 + values[$1, column] } / Double(values.rows)
      }
      network.forEachOutput(of: data.features, workers) { first, y in
        for row in 0..<y.rows {
          let targets = values[row: first + row]
          let errors = zip(y[row: row], targets).map { $0 - $1 }
          elements.append(errors.reduce(0) { $0 + abs($1) })
          for ((error, target), mean) in zip(zip(errors, targets), means) {
            let distance = target - mean
            elements += [error * error, distance, distance * distance]
          }
        }
      }
    case .none:
      preconditionFailure("metrics need targets")
    }
    terms = Matrix(columns: elements.count / data.rows, elements: elements)
  }

  /// The metrics' names: those of `metrics`, in their order.
  package var names: [String] {
    outputs == nil ? ["loss", "accuracy"] : ["loss", "mae", "rmse", "r2"]
  }

  /// The metrics of rows whose terms have these sums.
  private func metrics(_ sums: [Double]) -> [Double] {
    let rows = Double(terms.rows)
    guard let outputs else { return sums.map { $0 / rows } }
    let scores = ValueScores(
      squared: (0..<outputs).map { sums[1 + 3 * $0] },
      spread: (0..<outputs).map { sums[3 + 3 * $0] - sums[2 + 3 * $0] * sums[2 + 3 * $0] / rows },
      absolute: sums[0], rows: terms.rows)
    return [
      scores.meanSquared, scores.meanAbsolute, scores.rootMeanSquare, scores.meanExplained,
    ]
  }

  /// For each metric where the middle 95 % of its values lie over tables of as many rows drawn from
  /// this one with repetition: the bootstrap's percentile interval.
  ///
  /// Source: B. Efron, Better bootstrap confidence intervals, 1987, §1.
  package func intervals(
    resamples: Int, generator: inout Generator
  ) -> [(low: Double, high: Double)] {
    var values = [[Double]](repeating: [], count: names.count)
    let (rows, columns) = (terms.rows, terms.columns)
    for _ in 0..<resamples {
      var sums = [Double](repeating: 0, count: columns)
      for _ in 0..<rows {
        let start = generator.next(below: rows) * columns
        for column in 0..<columns { sums[column] += terms.elements[start + column] }
      }
      for (index, metric) in metrics(sums).enumerated() where metric.isFinite {
        values[index].append(metric)
      }
    }
    return values.map { values in
      let sorted = values.sorted()
      guard !sorted.isEmpty else { return (.nan, .nan) }
      func quantile(_ share: Double) -> Double {
        sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
      }
      return (quantile(0.025), quantile(0.975))
    }
  }
}
