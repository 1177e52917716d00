import Kernels

/// How each step is taken.
package struct TrainingRecipe<Scalar: DenseScalar>: Sendable {
  /// What is made small.
  package var loss: Loss
  /// With what it remembers of the steps taken; at first nothing.
  package var optimizer: any Optimizer<Scalar>
  /// The rate of every step, and how many there are.
  package var schedule: Schedule
  /// The largest norm of all gradients together, or nil for any.
  package var clipNorm: Double?
  /// Rows of a step that are in memory at once, or nil for all; no bit depends on it.
  ///
  /// Rows of text are tokens; a sequence is never cut, so that a longer one is computed by itself.
  package var rowsAtOnce: Int?
  package var workers = Workers.one
  /// Where the chance of dropout begins.
  package var seed: UInt64 = 0

  package init(_ loss: Loss, _ optimizer: any Optimizer<Scalar>, _ schedule: Schedule) {
    (self.loss, self.optimizer, self.schedule) = (loss, optimizer, schedule)
  }
}
