import Containers
import JSON
import Kernels
import Reports
import Tensors
import Training

/// One run of the trainer with its progress line, its log and its states.
struct TrainingRun {
  var setup: TrainingSetup
  /// Steps between two validations; nil for those of a pass.
  let validatesEvery: Int?
  /// Validations without a better one after which the run ends.
  let patience: Int?
  var files: RunFiles
  let workers: Workers
  let isQuiet: Bool
  /// Everything that the command's options say, as `--config` takes it, in the order of its names.
  var settings: RunSettings

  /// What a run is of.
  struct Work<Net: TableNetwork<Float>> {
    /// As it begins; what is trained in it is chosen.
    var network: Net
    let loss: Loss
    /// Rows to train on, and to validate on.
    var tables: TrainingTables
    /// Fingerprints of what the network was read from, by what that is.
    var origin: RunSettings = []
    /// Where the chance of dropout begins.
    var dropoutSeed: UInt64 = 0
  }

  /// Trains what is trained in a network.
  ///
  /// - Parameters:
  ///   - work: The network, and the rows. Who gives it away does not hold the numbers that the network
  ///     begins with beside those that it comes to.
  ///   - generator: Draws the order of the rows.
  /// - Returns: The trained network, and what it took.
  /// - Throws: `TrainingError` when the numbers run away, `StateError` when a state cannot be taken
  ///   up, `RunStop` when a signal ends the run, `ContainerError` when a file cannot be written.
  func train<Net>(
    _ work: consuming Work<Net>, generator: inout Generator
  ) throws -> RunOutcome<Net> {
    var (course, records) = try begin(consume work, generator: &generator)
    return try records.run(&course)
  }

  /// The run before its first step, or where a state of it was saved.
  private func begin<Net>(
    _ work: Work<Net>, generator: inout Generator
  ) throws -> (Course<Net, Batches<Float>>, RunRecords) {
    let data = work.tables.training
    let pace = RunPace(setup, rows: data.rows)
    let batches = Batches(
      data, size: pace.stepSize, shuffles: setup.shuffles, generator: generator.fork())
    var recipe = setup.recipe(work.loss, rows: data.rows, for: Float.self)
    (recipe.workers, recipe.seed) = (workers, work.dropoutSeed)
    let trainer = Trainer(work.network, on: batches, by: recipe)
    let records = try RunRecords(
      files, steps: pace.steps, isQuiet: isQuiet, identity: identity(of: work),
      shape: StateShape(
        parameters: work.network.trained.map { ($0.name, $0.value.count) },
        moments: setup.optimizer.moments, rows: data.rows))
    var plan = records.plan(for: Net.self)
    plan.patience = patience
    plan.validation = work.tables.validation.map { [loss = work.loss] held in
      RunPlan.Validation(every: validatesEvery ?? pace.stepsPerEpoch) {
        $0.evaluation(on: held, loss, workers)
      }
    }
    var course = Course(trainer, plan)
    if files.resumes, let state = try records.states?.newest() {
      course.resume(state)
      try records.takeUp(state)
    }
    return (course, records)
  }

  /// The same with what the options left to the table: how long the run is, and what is held out.
  func settled(for tables: TrainingTables) -> TrainingRun {
    var run = self
    let pace = RunPace(setup, rows: tables.training.rows)
    let known = Set(settings.map(\.0))
    if known.isDisjoint(with: ["epochs", "steps"]) {
      run.settings.append(("epochs", .number(JSONNumber(Int(pace.epochs)))))
    }
    if known.isDisjoint(with: ["holdout", "validation"]) {
      run.settings.append(("holdout", .number(tables.heldShare)))
    }
    run.settings.sort { $0.0 < $1.0 }
    return run
  }

  /// The same without log, chart and states, at another learning rate.
  func unrecorded(rate: Double?) -> TrainingRun {
    var run = self
    run.files = files.without()
    if let rate { run.setup.learningRate = rate }
    return run
  }

  /// The whole configuration, as `--config` takes it.
  func configuration(of command: String) -> JSONValue {
    JSONValue(members: [
      ("command", .string(command)), ("settings", JSONValue(members: settings)),
    ])
  }

  private func identity<Net>(of work: Work<Net>) -> RunIdentity {
    guard files.states != nil else { return RunIdentity(settings: [], inputs: []) }
    var inputs: RunSettings = [("table", work.tables.training.digest)]
    if let held = work.tables.validation { inputs.append(("validation table", held.digest)) }
    return RunIdentity(settings: settings, inputs: inputs + work.origin)
  }
}
