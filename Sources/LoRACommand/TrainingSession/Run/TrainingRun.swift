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

  /// Trains what is trained in a network, whatever it reads.
  ///
  /// - Throws: As for the rows of a table.
  func train<Net, Source>(_ course: RunCourse<Net, Source>) throws -> RunOutcome<Net> {
    var (course, records) = try begin(course)
    return try records.run(&course)
  }

  /// The run before its first step, or where a state of it was saved.
  private func begin<Net>(
    _ work: Work<Net>, generator: inout Generator
  ) throws -> (Course<Net, Batches<Float>>, RunRecords) {
    let data = work.tables.training
    let size = RunPace(setup, rows: data.rows).stepSize
    var course = RunCourse(
      network: work.network,
      batches: Batches(
        data, size: size, shuffles: setup.shuffles, generator: generator.fork()),
      loss: work.loss, rows: data.rows)
    (course.dropoutSeed, course.inputs) = (work.dropoutSeed, inputs(of: work))
    if let held = work.tables.validation {
      course.look = { [loss = work.loss] in
        TrainingHistory.Look($0.evaluation(on: held, loss, workers))
      }
    }
    return try begin(course)
  }

  /// The same, whatever the network reads.
  private func begin<Net, Source>(
    _ work: RunCourse<Net, Source>
  ) throws -> (Course<Net, Source>, RunRecords) {
    let pace = RunPace(setup, rows: work.rows)
    var recipe = setup.recipe(work.loss, rows: work.rows, for: Float.self)
    (recipe.workers, recipe.seed) = (workers, work.dropoutSeed)
    if let rowsAtOnce = work.rowsAtOnce { recipe.rowsAtOnce = rowsAtOnce }
    recipe.recomputes = work.recomputes
    let trainer = Trainer(work.network, on: work.batches, by: recipe)
    var records = try RunRecords(
      files, steps: pace.steps, isQuiet: isQuiet,
      identity: RunIdentity(settings: settings, inputs: work.inputs),
      shape: StateShape(
        parameters: work.network.trained.map { ($0.name, $0.value.count) },
        moments: setup.optimizer.moments, rows: work.rows))
    records.stepTokens = work.stepTokens
    var plan = records.plan(for: Net.self)
    plan.patience = patience
    plan.validation = work.look.map {
      RunPlan.Validation(every: validatesEvery ?? pace.stepsPerEpoch, look: $0)
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

  /// The same with what the options left open and `found` says; what they say stays.
  func recording(_ found: RunSettings) -> TrainingRun {
    var run = self
    let known = Set(settings.map(\.0))
    run.settings = (settings + found.filter { !known.contains($0.0) }).sorted { $0.0 < $1.0 }
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

  /// Digests of what the run reads; only states ask for them.
  private func inputs<Net>(of work: Work<Net>) -> RunSettings {
    guard files.states != nil else { return [] }
    var inputs: RunSettings = [("table", work.tables.training.digest)]
    if let held = work.tables.validation { inputs.append(("validation table", held.digest)) }
    return inputs + work.origin
  }
}
