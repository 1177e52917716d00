/// What a run leaves.
package struct RunOutcome<Net: Network>: Sendable {
  package var network: Net
  /// Steps taken in all.
  package let steps: Int
  /// Steps taken before this process took the run up.
  package let earlierSteps: Int
  /// The step with the best validation, if there were any.
  package let bestStep: Int?
  /// Wall time of this process's steps.
  package let seconds: Double
  /// What the optimizer remembers of the trained parameters.
  package let optimizerBytes: Int

  /// Of a course that has come to its end.
  package init<Source>(_ course: Course<Net, Source>, earlierSteps: Int, seconds: Double) {
    (network, steps) = (course.result, course.trainer.step)
    (self.earlierSteps, self.seconds) = (earlierSteps, seconds)
    bestStep = course.best.step > 0 ? course.best.step : nil
    optimizerBytes = course.trainer.state.optimizer.byteCount
  }
}
