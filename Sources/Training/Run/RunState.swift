import Kernels

/// All that a run needs to go on where it stood, in the same bits.
package struct RunState<Scalar: DenseScalar>: Sendable, Equatable {
  package var training: TrainingState<Scalar>
  package var best: BestSoFar<Scalar>
  /// Empty unless the plan keeps it.
  package var history: TrainingHistory

  package init(
    training: TrainingState<Scalar>, best: BestSoFar<Scalar>, history: TrainingHistory
  ) {
    (self.training, self.best, self.history) = (training, best, history)
  }
}
