import Kernels
import Tensors

/// The loop: batch, forward, backward, clip, step.
package struct Trainer<Net: Network, Source: BatchSource> where Source.Batch == Net.Batch {
  package private(set) var network: Net
  private var optimizer: any Optimizer<Net.Scalar>
  private let schedule: Schedule
  private var batches: Source
  private var batch: Net.Batch
  private let clipNorm: Double?
  private let workers: Workers
  /// Steps finished.
  package private(set) var step = 0

  /// A run of `schedule.steps` steps from its beginning.
  ///
  /// - Parameters:
  ///   - network: Decides by itself which of its parameters are trained.
  ///   - optimizer: Its memory is empty.
  ///   - schedule: The rate of every step, and how many there are.
  ///   - batches: From its first batch.
  ///   - clipNorm: The largest norm of all gradients together, or nil for any.
  ///   - workers: The threads of the optimizer's steps; the network has its own.
  package init(
    _ network: Net, _ optimizer: any Optimizer<Net.Scalar>, _ schedule: Schedule,
    _ batches: Source, clipNorm: Double? = nil, workers: Workers = .one
  ) {
    (self.network, self.optimizer, self.schedule) = (network, optimizer, schedule)
    (self.batches, batch) = (batches, batches.emptyBatch)
    (self.clipNorm, self.workers) = (clipNorm, workers)
  }

  /// Takes the steps that are left; `report` hears of each, and ends the run by throwing.
  package mutating func run(_ report: (TrainingEvent) throws -> Void) throws {
    while step < schedule.steps {
      try report(try advance())
    }
  }

  /// Takes one step.
  ///
  /// - Throws: `TrainingError` before anything is updated when a loss or gradient is not finite.
  @specialized(where Net == MultilayerPerceptron<Float>, Source == Batches<Float>)
  package mutating func advance() throws(TrainingError) -> TrainingEvent {
    let epoch = batches.position.epoch + 1
    batches.next(into: &batch)
    let loss = network.forward(batch)
    guard loss.isFinite else { throw .nonFiniteLoss(step: step + 1, loss: loss) }
    network.backward(batch)
    let norm = try network.gradientNorm(step: step + 1)
    let rate = schedule.rate(at: step)
    optimizer.beginStep(
      rate: rate, gradientScale: clippingFactor(norm: norm, limit: clipNorm))
    optimizer.update(&network, workers)
    step += 1
    return TrainingEvent(step: step, epoch: epoch, loss: loss, rate: rate, gradientNorm: norm)
  }

  package var state: TrainingState<Net.Scalar> {
    TrainingState(
      step: step, values: network.trained.map(\.value), optimizer: optimizer.state,
      batches: batches.position)
  }

  /// Stands where the run that `state` was taken from stood; both must be set up alike.
  package mutating func restore(_ state: TrainingState<Net.Scalar>) {
    step = state.step
    optimizer.state = state.optimizer
    batches.restore(state.batches)
    batch = batches.emptyBatch
    network.setTrained(values: state.values)
  }
}
