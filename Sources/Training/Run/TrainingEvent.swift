/// One finished step, as progress lines and logs tell it.
package struct TrainingEvent: Sendable, Equatable {
  /// From 1.
  package let step: Int
  /// The pass over the data that the step belongs to, from 1.
  package let epoch: Int
  /// The batch's mean loss, before the step's update.
  package let loss: Double
  /// The learning rate of the step.
  package let rate: Double
  /// The norm of all gradients, before clipping.
  package let gradientNorm: Double

  package init(step: Int, epoch: Int, loss: Double, rate: Double, gradientNorm: Double) {
    (self.step, self.epoch, self.loss) = (step, epoch, loss)
    (self.rate, self.gradientNorm) = (rate, gradientNorm)
  }
}
