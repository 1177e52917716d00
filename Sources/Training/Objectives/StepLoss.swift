import Kernels
import Tables
import Tensors

/// The loss of a step, whose rows come in portions: the bits are those of all rows at once.
package struct StepLoss: Sendable {
  private let loss: Loss
  private let divisor: Double
  private var losses = BlockSum<Double>(columns: 1)

  /// The loss of a step with these targets.
  package init<Scalar>(_ loss: Loss, of targets: Targets<Scalar>) {
    (self.loss, divisor) = (loss, loss.divisor(of: targets))
  }

  /// Adds the losses of the step's next rows, whose outputs are y [B, out], and overwrites `gradient`
  /// [B, out] with that of the step's mean loss.
  package mutating func add<Scalar: DenseScalar>(
    _ y: Matrix<Scalar>, _ targets: Targets<Scalar>, gradient: inout Matrix<Scalar>,
    _ workers: Workers
  ) {
    gradient.reshape(rows: y.rows, columns: y.columns)
    switch targets {
    case .labels(let labels):
      let labels = ClassLabels(labels, classes: y.columns, weights: loss.classWeights)
      addCrossEntropy(
        y.elements, labels, divisor: divisor, gradient: &gradient.elements, to: &losses,
        workers: workers)
    case .values(let values) where loss == .binaryCrossEntropy:
      var made: Matrix<Scalar>? = gradient
      BinaryCrossEntropy.add(y, values, divisor: divisor, gradient: &made, to: &losses)
      gradient = made ?? gradient
    case .values(let values):
      addSquaredError(
        y.elements, target: values.elements, divisor: divisor, gradient: &gradient.elements,
        to: &losses, shape: (y.rows, y.columns), workers: workers)
    case .none: preconditionFailure("a loss needs targets")
    }
  }

  /// What each row's loss is multiplied by in the mean, where no classes have weights.
  var weight: Double { 1 / divisor }

  /// Whether rows have labels that count alike, so that their losses may be computed elsewhere.
  var isPlainCrossEntropy: Bool { loss == .softmaxCrossEntropy }

  /// Adds the losses of the step's next rows.
  mutating func add(_ rows: [Double]) { losses.add(rows, rows: rows.count) }

  /// The mean over all rows of the step, once they are in.
  package var mean: Double { losses.total / divisor }
}
