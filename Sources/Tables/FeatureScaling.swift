import Kernels
import Tensors

/// What is done to a table's numbers before the network sees them, the same in training and after it.
///
///     x' = ((missing ? fill : x) - mean) / deviation
package struct FeatureScaling: Sendable, Equatable {
  /// What stands in for missing values.
  package enum Fill: String, Sendable, CaseIterable {
    /// The mean of the column's other values.
    case mean
    case zero
  }

  /// One an input; nil when no value may be missing.
  package let fill: [Double]?
  /// One an input: 0 where nothing is taken away.
  package let mean: [Double]
  /// One an input: 1 where nothing is divided.
  package let deviation: [Double]

  package init(fill: [Double]?, mean: [Double], deviation: [Double]) {
    (self.fill, self.mean, self.deviation) = (fill, mean, deviation)
  }

  /// Measures the inputs of `data` that are numbers; categories are left as they are.
  ///
  /// The deviation is the root of the mean squared distance from the mean, as scikit-learn's
  /// StandardScaler takes it; a constant column keeps 1. Missing values are not counted.
  package init<Scalar>(of data: Dataset<Scalar>, fill: Fill?, standardizes: Bool) {
    let isNumber = data.sources.flatMap { source in
      Array(repeating: source.categories == nil, count: source.width)
    }
    let moments = data.features.columns == 0 ? [] : Self.moments(of: data.features)
    self.fill = fill.map { fill in
      zip(moments, isNumber).map { $1 && fill == .mean ? $0.mean : 0 }
    }
    mean = zip(moments, isNumber).map { $1 && standardizes ? $0.mean : 0 }
    deviation = zip(moments, isNumber).map { moment, isNumber in
      isNumber && standardizes && moment.deviation > 0 ? moment.deviation : 1
    }
  }

  /// This, with what stands in for missing values measured on `data` where that was not known.
  package func filling<Scalar>(_ fill: Fill?, of data: Dataset<Scalar>) -> FeatureScaling {
    guard self.fill == nil, fill != nil else { return self }
    let measured = FeatureScaling(of: data, fill: fill, standardizes: false)
    return FeatureScaling(fill: measured.fill, mean: mean, deviation: deviation)
  }

  /// Mean and deviation of each column, in two passes over the rows.
  static func moments<Scalar>(
    of matrix: Matrix<Scalar>
  ) -> [(mean: Double, deviation: Double)] {
    let columns = matrix.columns
    let elements = matrix.elements.span
    var (counts, means, squares) = (
      [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns),
      [Double](repeating: 0, count: columns)
    )
    for row in 0..<matrix.rows {
      for column in 0..<columns where !elements[row * columns + column].isNaN {
        counts[column] += 1
        means[column] += Double(elements[row * columns + column])
      }
    }
    for column in 0..<columns { means[column] /= max(1, counts[column]) }
    for row in 0..<matrix.rows {
      for column in 0..<columns where !elements[row * columns + column].isNaN {
        let distance = Double(elements[row * columns + column]) - means[column]
        squares[column] += distance * distance
      }
    }
    return (0..<columns).map { column in
      (means[column], (squares[column] / max(1, counts[column])).squareRoot())
    }
  }

  /// Whether it does more than fill what is missing.
  package var standardizes: Bool {
    mean.contains { $0 != 0 } || deviation.contains { $0 != 1 }
  }

  package func apply<Scalar>(to matrix: inout Matrix<Scalar>) {
    precondition(matrix.columns == mean.count, "measured on another table")
    let (rows, columns) = (matrix.rows, matrix.columns)
    var elements = matrix.elements.mutableSpan
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * columns + column
        var value = Double(elements[index])
        if let fill, value.isNaN { value = fill[column] }
        elements[index] = Scalar((value - mean[column]) / deviation[column])
      }
    }
  }
}
