import Kernels

/// How a run trains, whatever the network and its rows.
package struct TrainingSetup: Sendable {
  /// How long a run is.
  package enum Length: Sendable {
    case steps(Int)
    /// Passes over the rows.
    case epochs(Int)
    /// As many passes as suit the number of rows.
    case usual
  }

  package var optimizer = OptimizerChoice()
  /// The learning rate after the warm-up.
  package var learningRate = 0.01
  package var shape = Schedule.Shape.cosine
  package var warmup = Schedule.Warmup.share(0.05)
  /// Rows of a batch, 0 for all.
  package var batchSize = 32
  /// Batches that make one step.
  package var accumulation = 1
  package var length = Length.usual
  /// Whether each pass takes the rows in another order.
  package var shuffles = true
  /// The largest norm of all gradients together, or nil for any.
  package var clipNorm: Double?

  package init() {}

  /// How each step over `rows` rows is taken.
  package func recipe<Scalar: DenseScalar>(
    _ loss: Loss, rows: Int, for: Scalar.Type
  ) -> TrainingRecipe<Scalar> {
    let pace = RunPace(self, rows: rows)
    let schedule = Schedule(shape, rate: learningRate, warmup: pace.warmup, steps: pace.steps)
    var recipe = TrainingRecipe(loss, optimizer.optimizer(for: Scalar.self), schedule)
    (recipe.clipNorm, recipe.rowsAtOnce) = (clipNorm, pace.batchSize)
    return recipe
  }
}
