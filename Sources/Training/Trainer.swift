import Kernels
import Tensors

/// The loop: batch, forward, backward, clip, step.
package struct Trainer<Net: Network, Source: BatchSource> where Source.Batch == Net.Batch {
  package private(set) var network: Net
  private var optimizer: any Optimizer<Net.Scalar>
  private let schedule: Schedule
  private let loss: Loss
  private var batches: Source
  private var batch: Net.Batch
  private var memory: Net.Memory
  /// The outputs' gradient.
  private var gradient = Matrix<Net.Scalar>(rows: 0, columns: 0)
  private let clipNorm: Double?
  /// Batches whose gradients make one step.
  private let accumulation: Int
  private let workers: Workers
  /// Where the chance of dropout begins.
  private let seed: UInt64
  /// Steps finished.
  package private(set) var step = 0

  /// A run of `schedule.steps` steps from its beginning.
  ///
  /// - Parameters:
  ///   - network: Decides by itself which of its parameters are trained.
  ///   - loss: What is made small.
  ///   - optimizer: Its memory is empty.
  ///   - schedule: The rate of every step, and how many there are.
  ///   - batches: From its first batch.
  ///   - clipNorm: The largest norm of all gradients together, or nil for any.
  ///   - accumulation: Batches whose gradients make one step; at the end of a pass it may be fewer.
  ///   - workers: The threads.
  ///   - seed: Where the chance of dropout begins.
  package init(
    _ network: Net, _ loss: Loss, _ optimizer: any Optimizer<Net.Scalar>, _ schedule: Schedule,
    _ batches: Source, clipNorm: Double? = nil, accumulation: Int = 1,
    workers: Workers = .one, seed: UInt64 = 0
  ) {
    (self.network, self.loss, memory) = (network, loss, network.makeMemory())
    (self.optimizer, self.schedule) = (optimizer, schedule)
    (self.batches, batch) = (batches, batches.emptyBatch)
    (self.clipNorm, self.accumulation) = (clipNorm, accumulation)
    (self.workers, self.seed) = (workers, seed)
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
    let loss = try accumulation == 1 ? batchGradient(firstRow: 0) : accumulatedGradient(epoch)
    let norm = try network.gradientNorm(step: step + 1)
    let rate = schedule.rate(at: step)
    optimizer.beginStep(
      rate: rate, gradientScale: clippingFactor(norm: norm, limit: clipNorm))
    optimizer.update(&network, workers)
    step += 1
    return TrainingEvent(step: step, epoch: epoch, loss: loss, rate: rate, gradientNorm: norm)
  }

  /// Leaves the gradients of the next batch's mean loss, which is returned.
  private mutating func batchGradient(firstRow: Int) throws(TrainingError) -> Double {
    batches.next(into: &batch)
    let pass = Pass.training(workers, seed: seed, step: step, firstRow: firstRow)
    let y = network.outputs(batch, &memory, pass)
    let loss = loss(y, batch.targets, gradient: &gradient)
    guard loss.isFinite else { throw .nonFiniteLoss(step: step + 1, loss: loss) }
    network.backward(&gradient, batch, &memory, pass)
    return loss
  }

  /// Leaves the gradients of the mean loss over several batches of one pass, as though they were one.
  private mutating func accumulatedGradient(_ epoch: Int) throws(TrainingError) -> Double {
    var (sums, loss, weight, rows) = ([[Net.Scalar]](), 0.0, 0.0, 0)
    for _ in 0..<accumulation where rows == 0 || batches.position.epoch + 1 == epoch {
      let mean = try batchGradient(firstRow: rows)
      let share = self.loss.weight(of: batch)
      rows += batch.rows
      network.addGradients(to: &sums, times: share)
      loss += share * mean
      weight += share
    }
    network.setGradients(sums, times: 1 / weight)
    return loss / weight
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
