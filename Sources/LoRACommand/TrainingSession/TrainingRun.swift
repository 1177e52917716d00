import Containers
import JSON
import Kernels
import Reports
import Tensors
import Training

/// One run of the trainer as the options say, with its progress line, its log and its states.
struct TrainingRun {
  let options: OptimizationOptions
  let checkpoints: CheckpointOptions
  let validation: ValidationOptions
  let output: OutputOptionsGroup
  let workers: Workers
  let isQuiet: Bool
  /// What the command's other options say.
  var settings: RunSettings = []
  /// Whether the run writes a log, a chart and its states, if they are asked for.
  var isRecorded = true
  /// In place of the options' learning rate.
  var otherRate: Double?

  /// What a run leaves.
  struct Outcome {
    var network: MultilayerPerceptron<Float>
    /// Steps taken in all.
    let steps: Int
    /// Steps taken before this process took the run up.
    let earlierSteps: Int
    /// The step with the best validation, if there were any.
    let bestStep: Int?
    /// Wall time of this process's steps.
    let seconds: Double
    /// What the optimizer remembers of the trained parameters.
    let optimizerBytes: Int
  }

  /// Trains what is trained in `network`.
  ///
  /// - Parameters:
  ///   - network: As it begins.
  ///   - origin: Fingerprints of what it was read from, by what that is.
  ///   - tables: Rows to train on, and to validate on.
  ///   - generator: Draws the order of the rows.
  /// - Returns: The trained network, and what it took.
  /// - Throws: `TrainingError` when the numbers run away, `StateError` when a state cannot be taken
  ///   up, `RunStop` when a signal ends the run, `ContainerError` when a file cannot be written.
  func train(
    _ network: MultilayerPerceptron<Float>, from origin: RunSettings, on tables: TrainingTables,
    generator: inout Generator
  ) throws -> Outcome {
    let data = tables.training
    let pace = RunPace(options, rows: data.rows)
    let batches = Batches(
      data, size: pace.batchSize, shuffles: !options.noShuffle, generator: generator.fork())
    let trainer = Trainer(
      network, optimizer,
      Schedule(
        options.schedule, rate: learningRate, warmup: pace.warmup, steps: pace.steps),
      batches, clipNorm: options.clipNorm, accumulation: options.accumulate, workers: workers)
    var plan = try plan(
      steps: pace.steps, identity(origin, tables),
      StateShape(
        parameters: network.trained.map { ($0.name, $0.value.count) },
        moments: options.optimizer == .sgd ? (options.momentum > 0 ? 1 : 0) : 2,
        rows: tables.training.rows))
    plan.validation = tables.validation.map {
      ($0, validation.validateEvery ?? pace.stepsPerEpoch)
    }
    plan.patience = validation.patience
    var course = TrainingCourse(trainer, plan)
    if checkpoints.resume, let state = try plan.states?.folder.newest() {
      try course.resume(state)
    }
    return try run(&course)
  }

  var learningRate: Double { otherRate ?? options.learningRate }

  private func plan(
    steps: Int, _ identity: RunIdentity, _ shape: StateShape
  ) throws -> TrainingCourse.Plan {
    var plan = TrainingCourse.Plan(
      steps: steps, progress: ProgressLine("training", total: steps, quiet: isQuiet))
    guard isRecorded else { return plan }
    plan.states = try checkpoints.checkpoint.map { path in
      let folder = try StateFolder(
        checkpoints, at: path, output: output, run: identity, shape: shape)
      return (folder, checkpoints.every)
    }
    plan.log = try options.log.map { try MetricsLog($0, options: outputOptions) }
    plan.keepsHistory = options.chart != nil || (options.log != nil && plan.states != nil)
    return plan
  }

  /// How log and chart are written: those of the part before a break are replaced.
  private var outputOptions: OutputOptions {
    var options = output.containerOptions
    options.force = options.force || checkpoints.resume
    return options
  }

  /// The whole configuration, as `--config` takes it.
  func configuration(of command: String) -> JSONValue {
    JSONValue(members: [
      ("command", .string(command)),
      ("settings", JSONValue(members: settings + options.settings + validation.settings)),
    ])
  }

  private func identity(_ origin: RunSettings, _ tables: TrainingTables) -> RunIdentity {
    guard checkpoints.checkpoint != nil else { return RunIdentity(settings: [], inputs: []) }
    var inputs: RunSettings = [("table", tables.training.digest)]
    if let held = tables.validation { inputs.append(("validation table", held.digest)) }
    inputs += origin
    return RunIdentity(
      settings: settings + options.settings + validation.settings
        + [("threads", .number(workers.count))],
      inputs: inputs)
  }

  /// Runs `course` to its end, and publishes the log however it ends.
  private func run(_ course: inout TrainingCourse) throws -> Outcome {
    let started = ContinuousClock.now
    let earlierSteps = course.trainer.step
    let result = Result { try course.run() }
    let duration = ContinuousClock.now - started
    course.plan.progress.finish()
    try course.plan.log?.publish()
    let bestStep = course.best.step > 0 ? course.best.step : nil
    if isRecorded, let path = options.chart {
      try TrainingChart(history: course.history, bestStep: bestStep)
        .write(to: path, options: outputOptions)
    }
    try result.get()
    return Outcome(
      network: course.result, steps: course.trainer.step, earlierSteps: earlierSteps,
      bestStep: bestStep,
      seconds: duration.inSeconds,
      optimizerBytes: course.trainer.state.optimizer.byteCount)
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

extension Duration {
  /// As a number.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
