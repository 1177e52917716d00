import Kernels
import Tensors

/// The loop: batch, forward, backward, clip, step.
package struct Trainer<Net: Network, Source: BatchSource> where Source.Batch == Net.Batch {
  package private(set) var network: Net
  private var recipe: TrainingRecipe<Net.Scalar>
  private var batches: Source
  /// The rows of a step, and those of them that are computed at once.
  private var batch: Net.Batch
  private var part: Net.Batch
  private var memory: Net.Memory
  /// The outputs' gradient.
  private var gradient = Matrix<Net.Scalar>(rows: 0, columns: 0)
  /// Steps finished.
  package private(set) var step = 0

  /// A run from its beginning.
  ///
  /// - Parameters:
  ///   - network: Decides by itself which of its parameters are trained.
  ///   - batches: The rows of each step, from the first.
  ///   - recipe: How each step is taken.
  package init(_ network: Net, on batches: Source, by recipe: TrainingRecipe<Net.Scalar>) {
    (self.network, memory, self.recipe) = (network, network.makeMemory(), recipe)
    (self.batches, batch, part) = (batches, batches.emptyBatch, batches.emptyBatch)
  }

  /// The steps of the whole run.
  package var steps: Int { recipe.schedule.steps }

  /// Takes one step.
  ///
  /// - Throws: `TrainingError` before anything is updated when a loss or gradient is not finite.
  @specialized(where Net == MultilayerPerceptron<Float>, Source == Batches<Float>)
  package mutating func advance() throws(TrainingError) -> TrainingEvent {
    let epoch = batches.position.epoch + 1
    batches.next(into: &batch)
    let loss = learn()
    guard loss.isFinite else { throw .nonFiniteLoss(step: step + 1, loss: loss) }
    let norm = try network.gradientNorm(step: step + 1, recipe.workers)
    let rate = recipe.schedule.rate(at: step)
    recipe.optimizer.beginStep(
      rate: rate, gradientScale: clippingFactor(norm: norm, limit: recipe.clipNorm))
    recipe.optimizer.update(&network, recipe.workers)
    step += 1
    return TrainingEvent(step: step, epoch: epoch, loss: loss, rate: rate, gradientNorm: norm)
  }

  /// Leaves the gradients of the batch's mean loss, which is returned.
  private mutating func learn() -> Double {
    let pass = Pass.training(recipe.workers, seed: recipe.seed, step: step)
    let rows = batch.rows
    var loss = StepLoss(recipe.loss, of: batch.targets)
    for range in batch.portions(of: recipe.rowsAtOnce ?? rows) {
      let pass = pass.over(range, of: rows)
      if pass.isWhole {
        learn(from: batch, pass, &loss)
      } else {
        part.take(range, of: batch)
        learn(from: part, pass, &loss)
      }
    }
    network.finishGradients()
    return loss.mean
  }

  private mutating func learn(from rows: Net.Batch, _ pass: Pass, _ loss: inout StepLoss) {
    let y = network.outputs(rows, &memory, pass)
    loss.add(y, rows.targets, gradient: &gradient, recipe.workers)
    network.backward(&gradient, rows, &memory, pass)
  }

  package var state: TrainingState<Net.Scalar> {
    TrainingState(
      step: step, values: network.trained.map(\.value), optimizer: recipe.optimizer.state,
      batches: batches.position)
  }

  /// Stands where the run that `state` was taken from stood; both must be set up alike.
  package mutating func restore(_ state: TrainingState<Net.Scalar>) {
    step = state.step
    recipe.optimizer.state = state.optimizer
    batches.restore(state.batches)
    batch = batches.emptyBatch
    network.setTrained(values: state.values)
  }
}
