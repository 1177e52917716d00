import Kernels

/// All that a run needs to go on in the same bits: taken from one trainer, given to another.
package struct TrainingState<Scalar: DenseScalar>: Sendable, Equatable {
  /// Steps finished.
  package var step: Int
  /// The values of every trained parameter, in the network's order.
  package var values: [[Scalar]]
  package var optimizer: OptimizerState<Scalar>
  package var batches: BatchPosition

  package init(
    step: Int, values: [[Scalar]], optimizer: OptimizerState<Scalar>, batches: BatchPosition
  ) {
    (self.step, self.values) = (step, values)
    (self.optimizer, self.batches) = (optimizer, batches)
  }
}
