import Kernels

/// The best network that a run has had, by its loss on rows that it is not trained on.
package struct BestSoFar<Scalar: DenseScalar>: Sendable, Equatable {
  /// The step after which the best loss was found; 0 for the network as it began.
  package private(set) var step = 0
  /// Infinite before the first validation.
  package private(set) var loss = Double.infinity
  /// The values of every trained parameter then, in the network's order.
  package private(set) var values: [[Scalar]] = []
  /// Validations since, none of which was better.
  package private(set) var worse = 0

  package init() {}

  /// Whether there was a validation with a loss.
  package var isKnown: Bool { loss < .infinity }

  package init(step: Int, loss: Double, values: [[Scalar]], worse: Int) {
    (self.step, self.loss, self.values, self.worse) = (step, loss, values, worse)
  }

  /// Compares a validation's loss with the best one, and takes its values when it is lower.
  package mutating func note(
    loss: Double, step: Int, values: @autoclosure () -> [[Scalar]]
  ) {
    guard loss < self.loss else { return worse += 1 }
    (self.step, self.loss, self.values, worse) = (step, loss, values(), 0)
  }
}
