/// What a run leaves.
package struct RunOutcome<Net: Network>: Sendable {
  package var network: Net
  /// Steps taken in all.
  package let steps: Int
  /// Steps taken before this process took the run up.
  package let earlierSteps: Int
  /// The step with the best validation, 0 for the network as it began; nil without validations.
  package private(set) var bestStep: Int?
  /// How many validations without a better one ended the run before its last step, if they did.
  package let idleValidations: Int?
  /// Wall time of this process's steps.
  package let seconds: Double
  /// What the optimizer remembers of the trained parameters.
  package let optimizerBytes: Int

  /// Of a course that has come to its end.
  package init<Source>(_ course: Course<Net, Source>, earlierSteps: Int, seconds: Double) {
    (network, steps) = (course.result, course.trainer.step)
    (self.earlierSteps, self.seconds) = (earlierSteps, seconds)
    bestStep = course.best.isKnown ? course.best.step : nil
    idleValidations = course.endedEarly ? course.best.worse : nil
    optimizerBytes = course.trainer.state.optimizer.byteCount
  }

  /// Takes the network as the run began, with these values of every trained parameter, for the best.
  package mutating func keepBeginning(_ values: [[Net.Scalar]]) {
    network.setTrained(values: values)
    bestStep = 0
  }
}
