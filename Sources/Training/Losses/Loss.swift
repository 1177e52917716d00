import Kernels

/// What training makes small, averaged over a batch.
package enum Loss: Sendable {
  /// 1/B Σ_b -log softmax(z_b)[label_b], for classes.
  case softmaxCrossEntropy
  /// Σ_b v_b·(-log softmax(z_b)[label_b]) / Σ_b v_b, v_b being the weight of row b's class.
  case weightedCrossEntropy([Double])
  /// 1/(B·out) Σ (y - t)², for values.
  case meanSquaredError

  /// The mean loss of the outputs y [B, out], with its gradient dy [B, out], overwritten.
  func callAsFunction<Scalar: DenseScalar>(
    _ y: Matrix<Scalar>, _ targets: Targets<Scalar>, gradient: inout Matrix<Scalar>
  ) -> Double {
    gradient.reshape(rows: y.rows, columns: y.columns)
    switch targets {
    case .labels(let labels):
      return Kernels.softmaxCrossEntropy(
        y.elements, labels: labels, columns: y.columns, weights: classWeights,
        gradient: &gradient.elements)
    case .values(let values):
      return Kernels.meanSquaredError(
        y.elements, target: values.elements, gradient: &gradient.elements, rows: y.rows,
        columns: y.columns)
    case .none:
      preconditionFailure("a loss needs targets")
    }
  }

  private var classWeights: [Double]? {
    if case .weightedCrossEntropy(let weights) = self { weights } else { nil }
  }

  /// What a batch counts for when means of several are put together.
  func weight<Scalar>(of targets: Targets<Scalar>, rows: Int) -> Double {
    guard let classWeights, case .labels(let labels) = targets else { return Double(rows) }
    return labels.reduce(0) { $0 + classWeights[Int($1)] }
  }

  /// The mean loss alone.
  func callAsFunction<Scalar: DenseScalar>(
    _ y: Matrix<Scalar>, _ targets: Targets<Scalar>
  ) -> Double {
    switch targets {
    case .labels(let labels):
      return Kernels.softmaxCrossEntropy(
        y.elements, labels: labels, columns: y.columns, weights: classWeights)
    case .values(let values):
      return Kernels.meanSquaredError(
        y.elements, target: values.elements, rows: y.rows, columns: y.columns)
    case .none:
      preconditionFailure("a loss needs targets")
    }
  }
}
