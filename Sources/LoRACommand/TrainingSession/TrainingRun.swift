import Containers
import Kernels
import Reports
import Tensors
import Training

/// One run of the trainer as the options say, with its progress line and its log.
struct TrainingRun {
  let options: OptimizationOptions
  let output: OutputOptionsGroup
  let workers: Workers
  let isQuiet: Bool

  /// What a run leaves.
  struct Outcome {
    let network: MultilayerPerceptron<Float>
    let steps: Int
    /// Wall time of all steps.
    let seconds: Double
  }

  /// Trains what is trained in `network`.
  ///
  /// - Throws: `TrainingError` when the numbers run away, `ContainerError` when a signal ends the run
  ///   or the log cannot be written.
  func train(
    _ network: MultilayerPerceptron<Float>, on data: Dataset<Float>, generator: inout Generator
  ) throws -> Outcome {
    let batches = Batches(
      data, size: options.batchSize == 0 ? data.rows : options.batchSize,
      shuffles: !options.noShuffle, generator: generator.fork())
    let steps = options.stepCount(batchesPerEpoch: batches.batchesPerEpoch)
    let log = try options.log.map { try MetricsLog($0, options: output.containerOptions) }
    let progress = ProgressLine("training", total: steps, quiet: isQuiet)
    var trainer = Trainer(
      network, optimizer,
      Schedule(
        options.schedule, rate: options.learningRate, warmup: options.warmup, steps: steps),
      batches, clipNorm: options.clipNorm, workers: workers)
    let started = ContinuousClock.now
    let result = Result {
      try trainer.run { event in
        try Interruption.check()
        try log?.add(event)
        progress.advance(by: 1, note: "loss \(Quantity.number(event.loss).text)")
      }
    }
    let duration = ContinuousClock.now - started
    progress.finish()
    try log?.publish()
    try result.get()
    return Outcome(
      network: trainer.network, steps: steps,
      seconds: Double(duration.components.seconds)
        + Double(duration.components.attoseconds) * 1e-18)
  }

  private var optimizer: any Optimizer<Float> {
    switch options.optimizer {
    case .sgd:
      SGD(
        momentum: options.momentum, nesterov: options.nesterov,
        weightDecay: options.weightDecay)
    case .adam: Adam(weightDecay: options.weightDecay, decoupled: false)
    case .adamw: Adam(weightDecay: options.weightDecay, decoupled: true)
    }
  }
}
