import Kernels
import Tables
import Tensors

/// What each row adds to a table's metrics, from which those of any choice of rows follow.
///
/// | for     | terms of a row                                                          |
/// |---------|-------------------------------------------------------------------------|
/// | classes | its loss, 1 when named right                                            |
/// | values  | Σ(y-t)², Σ\|y-t\|, and t and t² of each target                          |
package struct RowTerms: Sendable {
  private let terms: Matrix<Double>
  /// Nil for classes.
  private let outputs: Int?
  /// For classes [class][predicted class]: how many rows.
  package private(set) var confusion: [[Int]] = []

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
      network.forEachOutput(of: data.features, workers) { first, y in
        for row in 0..<y.rows {
          let label = labels[first + row]
          let guess = y.largest(inRow: row)
          confusion[Int(label)][guess] += 1
          let loss = Loss.softmaxCrossEntropy.sum(
            Matrix(columns: y.columns, elements: Array(y[row: row])), .labels([label]))
          elements += [loss, guess == Int(label) ? 1 : 0]
        }
      }
      self.confusion = confusion
    case .values(let values):
      outputs = values.columns
      network.forEachOutput(of: data.features, workers) { first, y in
        for row in 0..<y.rows {
          let targets = values[row: first + row]
          let errors = zip(y[row: row], targets).map { $0 - $1 }
          elements += [
            errors.reduce(0) { $0 + $1 * $1 }, errors.reduce(0) { $0 + abs($1) },
          ]
          elements += targets.flatMap { [$0, $0 * $0] }
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
    let count = rows * Double(outputs)
    let spread = (0..<outputs).reduce(0.0) { total, output in
      let (sum, squares) = (sums[2 + 2 * output], sums[3 + 2 * output])
      return total + squares - sum * sum / rows
    }
    return [
      sums[0] / count, sums[1] / count, (sums[0] / count).squareRoot(),
      spread > 0 ? 1 - sums[0] / spread : .nan,
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
