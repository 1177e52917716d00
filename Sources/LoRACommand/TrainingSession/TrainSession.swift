import Adapters
import Containers
import Kernels
import Reports
import Tensors
import Training

/// Joins a base network and a table to a trained adapter, or to a fully trained network.
struct TrainSession {
  let preparation: TrainingTables.Preparation
  let run: TrainingRun
  let report: ReportOptions
  let seed: UInt64

  /// Trains an adapter for `base` and writes it.
  func trainAdapter(_ options: AdaptationOptions, of base: BaseNetwork<Float>, on path: String)
    throws
  {
    let plan = try AdapterPlan(options, for: base)
    var generator = Generator(seed: seed)
    let (tables, frozen) = try open(base, path, &generator)
    var weights = generator.fork()
    var network = frozen
    network.dropoutSeed = weights.next()
    try plan.adapt(&network, generator: &weights)
    let before = network.evaluation(on: tables.judged)
    let outcome = try run.train(
      network, of: base.fingerprint, on: tables, generator: &generator)
    let adapter = TrainedAdapter(
      network: outcome.network, plan: plan, base: base, beginning: network,
      run: run.configuration(of: "train"),
      description: description(of: base, tables))
    try AdapterFile.write(
      adapter.contents, to: run.output.output, options: run.output.containerOptions,
      threads: run.workers.count)
    try show(outcome, of: base, on: tables, before: before)
  }

  /// Trains all weights of `base` and writes the network.
  func trainFully(_ base: BaseNetwork<Float>, on path: String) throws {
    var generator = Generator(seed: seed)
    var (tables, network) = try open(base, path, &generator)
    let before = network.evaluation(on: tables.judged)
    network.setTrained(true)
    let outcome = try run.train(
      network, of: base.fingerprint, on: tables, generator: &generator)
    var description = description(of: base, tables)
    description.activation = description.activation ?? .relu
    try NetworkFile.write(
      outcome.network, description, to: run.output, threads: run.workers.count)
    try show(outcome, of: base, on: tables, before: before)
  }

  private func open(
    _ base: BaseNetwork<Float>, _ path: String, _ generator: inout Generator
  ) throws -> (TrainingTables, MultilayerPerceptron<Float>) {
    if base.description.sources != nil, preparation.columns.selectsColumns {
      throw ModelError.ownFeatures(file: base.file)
    }
    let task = try base.task(preparation.data)
    let tables = try TrainingTables(
      path, base.tableReader(preparation.data, task: task), known: base.description.scaling,
      preparation, generator: &generator)
    var network = base.network(for: task, workers: run.workers)
    try network.weighClasses(
      run.options.classWeights, for: tables.training, file: path == "-" ? "standard input" : path)
    return (tables, network)
  }

  /// What is known of the network after training on `tables`.
  private func description(
    of base: BaseNetwork<Float>, _ tables: TrainingTables
  ) -> ModelDescription {
    var description = base.description
    description.classes = tables.training.classes ?? description.classes
    description.scaling = tables.scaling
    if preparation.columns.selectsColumns { description.sources = tables.training.sources }
    return description
  }

  private func show(
    _ outcome: TrainingRun.Outcome, of base: BaseNetwork<Float>, on tables: TrainingTables,
    before: Evaluation
  ) throws {
    var network = outcome.network
    let trained = network.trained.reduce(0) { $0 + $1.value.count }
    let result = TrainingReport(
      output: run.output.output, tables: tables, run: run, outcome: outcome, seed: seed,
      before: before, after: network.evaluation(on: tables.judged),
      parameters: (trained, base.parameterCount))
    try report.show(result.report, besideOutputOnStdout: run.output.isStandardOutput)
  }
}
