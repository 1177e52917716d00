import Kernels
import Tables
import Tensors

/// What training makes small, averaged over a step.
package enum Loss: Sendable, Equatable {
  /// 1/B Σ_b -log softmax(z_b)[label_b], for classes.
  case softmaxCrossEntropy
  /// Σ_b v_b·(-log softmax(z_b)[label_b]) / Σ_b v_b, v_b being the weight of row b's class.
  case weightedCrossEntropy([Double])
  /// 1/(B·out) Σ (y - t)², for values.
  case meanSquaredError
  /// (1/(B·out)) Σ -t·ln σ(y) - (1 - t)·ln(1 - σ(y)), for values from 0 to 1: several labels a row.
  case binaryCrossEntropy

  var classWeights: [Double]? {
    if case .weightedCrossEntropy(let weights) = self { weights } else { nil }
  }

  /// What the losses of some rows are divided by: the rows, each counting as its class does, or the
  /// numbers of their outputs.
  package func divisor<Scalar>(of targets: Targets<Scalar>) -> Double {
    switch targets {
    case .labels(let labels):
      ClassLabels(labels, classes: classWeights?.count ?? .max, weights: classWeights).totalWeight
    case .values(let values): Double(values.count)
    case .none: preconditionFailure("a loss needs targets")
    }
  }

  /// The sum of the losses of the outputs y [B, out]; divided by their divisor it is the mean.
  package func sum<Scalar: DenseScalar>(
    _ y: Matrix<Scalar>, _ targets: Targets<Scalar>, _ workers: Workers = .one
  ) -> Double {
    var losses = BlockSum<Double>(columns: 1)
    switch targets {
    case .labels(let labels):
      let labels = ClassLabels(labels, classes: y.columns, weights: classWeights)
      addCrossEntropy(y.elements, labels, to: &losses, workers: workers)
    case .values(let values) where self == .binaryCrossEntropy:
      var none: Matrix<Scalar>?
      BinaryCrossEntropy.add(y, values, divisor: 1, gradient: &none, to: &losses)
    case .values(let values):
      addSquaredError(
        y.elements, target: values.elements, to: &losses, shape: (y.rows, y.columns),
        workers: workers)
    case .none: preconditionFailure("a loss needs targets")
    }
    return losses.total
  }
}
