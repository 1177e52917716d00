import Kernels
import Tables
import Tensors

/// By how much one network's losses are below another's, row by row on the same table.
package struct PairedGain: Sendable, Equatable {
  /// The mean of (loss before - loss after).
  package let mean: Double
  /// Of that mean: √(Σ(d - mean)² / (n-1) / n), infinite for fewer than two rows.
  package let standardError: Double

  package init(before: [Double], after: [Double]) {
    let gains = zip(before, after).map { $0 - $1 }
    let count = Double(gains.count)
    let mean = gains.reduce(0, +) / count
    let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    standardError = gains.count < 2 ? .infinity : (squares / (count - 1) / count).squareRoot()
  }

  /// Whether the gain is more than its standard error: less may well be chance.
  package var isClear: Bool { mean > standardError }
}

extension TableNetwork {
  /// The loss of each row of `data`, which must have targets.
  package func rowLosses(
    on data: Dataset<Scalar>, _ loss: Loss, _ workers: Workers
  ) -> [Double] {
    var losses: [Double] = []
    forEachOutput(of: data.features, workers) { first, y in
      for row in 0..<y.rows {
        losses.append(
          loss.sum(
            Matrix(columns: y.columns, elements: Array(y[row: row])),
            data.targets.selecting([first + row])))
      }
    }
    return losses
  }
}
