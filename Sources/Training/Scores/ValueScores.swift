import Kernels
import Tensors

/// How far outputs are from the values that they should be.
///
/// R² of an output is 1 - Σ(y-t)²/Σ(t-mean)², NaN where all its targets are equal; the mean of these
/// leaves such outputs out. Source: scikit-learn's `r2_score` with `uniform_average`, which calls a
/// constant target 0 or 1 instead.
package struct ValueScores: Sendable, Equatable {
  /// By output: Σ(y-t)².
  package let squared: [Double]
  /// By output: Σ(t-mean)².
  package let spread: [Double]
  /// Σ|y-t| over all outputs.
  package let absolute: Double
  package let rows: Int

  package init(squared: [Double], spread: [Double], absolute: Double, rows: Int) {
    precondition(squared.count == spread.count)
    (self.squared, self.spread, self.absolute, self.rows) = (squared, spread, absolute, rows)
  }

  private var count: Double { Double(rows * squared.count) }

  /// Over all outputs together.
  package var meanSquared: Double { squared.reduce(0, +) / count }
  package var rootMeanSquare: Double { meanSquared.squareRoot() }
  package var meanAbsolute: Double { absolute / count }

  /// The root of the mean squared error of whoever always says each output's mean.
  package var baseline: Double { (spread.reduce(0, +) / count).squareRoot() }

  /// By output: R².
  package var explained: [Double] {
    zip(squared, spread).map { $1 > 0 ? 1 - $0 / $1 : .nan }
  }

  /// The mean R² of the outputs that have one; NaN for none.
  package var meanExplained: Double {
    let known = explained.filter { !$0.isNaN }
    return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
  }

  /// By column: Σ(t-mean)² of the targets t [n, out]; exactly 0 where all are equal.
  package static func spreads<Scalar: DenseScalar>(of targets: Matrix<Scalar>) -> [Double] {
    (0..<targets.columns).map { column in
      let values = (0..<targets.rows).map { Double(targets[$0, column]) }
      guard values.contains(where: { $0 != values[0] }) else { return 0 }
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
  }
}
