import Adapters
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

  /// Trains an adapter for `base`, with what `options` put on it, and writes it.
  func trainAdapter(
    _ options: AdaptationOptions, of base: BaseNetwork<Float>, on path: String
  ) throws {
    let decomposer = try options.initialisation.decomposes ? LinearAlgebra.open() : nil
    let plan = try AdapterPlan(options, for: base)
    let ground = try TrainingGround(base, options, beside: plan.start)
    var generator = Generator(seed: seed)
    let (tables, frozen) = try open(ground, path, &generator)
    var weights = generator.fork()
    var network = frozen
    network.dropoutSeed = weights.next()
    try plan.adapt(&network, generator: &weights)
    let before = network.evaluation(on: tables.judged)
    var opening = RunOpening(tables, run, network, method: plan.summary, seed: seed)
    opening.decomposer = decomposer
    try open(opening)
    let batchChance = generator
    let outcome = try run.train(
      network, from: ground.identity, on: tables, generator: &generator)
    let adapter = TrainedAdapter(
      network: outcome.network, plan: plan, ground: ground, beginning: network,
      run: run.configuration(of: "train"),
      description: description(of: ground.base, tables))
    try AdapterFile.write(
      adapter.contents, to: run.output.output, options: run.output.containerOptions,
      threads: run.workers.count, isCompressed: run.output.gzip)
    var result = result(outcome, of: base, on: tables, before: before)
    result.decomposer = decomposer
    if options.compareFull {
      result.rival = try FullComparison(run: run, rate: options.fullLearningRate)
        .train(frozen, on: tables, generator: batchChance)
    }
    try show(result)
  }

  /// Trains all weights of `base`, with what `options` put on it, and writes the network.
  func trainFully(
    _ options: AdaptationOptions, of base: BaseNetwork<Float>, on path: String
  ) throws {
    guard base.quantizedNames.isEmpty else {
      throw ModelError.quantized(file: base.file, what: "--full would train them")
    }
    let ground = try TrainingGround(base, options)
    var generator = Generator(seed: seed)
    var (tables, network) = try open(ground, path, &generator)
    let before = network.evaluation(on: tables.judged)
    network.setTrained(true)
    try open(RunOpening(tables, run, network, method: "all weights", seed: seed))
    var outcome = try run.train(
      network, from: ground.identity, on: tables, generator: &generator)
    var description = description(of: ground.base, tables)
    description.activation = description.activation ?? .relu
    outcome.network.round(to: base.types)
    try NetworkFile.write(
      outcome.network, description, to: run.output, threads: run.workers.count,
      types: base.types)
    try show(result(outcome, of: base, on: tables, before: before))
  }

  private func open(
    _ ground: TrainingGround, _ path: String, _ generator: inout Generator
  ) throws -> (TrainingTables, MultilayerPerceptron<Float>) {
    let base = ground.base
    if base.description.sources != nil, preparation.columns.selectsColumns {
      throw ModelError.ownFeatures(file: base.file)
    }
    let task = try base.task(preparation.data)
    let tables = try TrainingTables(
      path, base.tableReader(preparation.data, task: task), known: base.description.scaling,
      preparation, generator: &generator)
    var network = try ground.network(for: task, workers: run.workers)
    try network.weighClasses(
      run.options.classWeights, for: tables.training, file: path == "-" ? "standard input" : path)
    return (tables, network)
  }

  /// Says what is about to be done.
  private func open(_ opening: RunOpening) throws {
    report.showAhead(opening.report, besideOutputOnStdout: run.output.isStandardOutput)
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

  private func result(
    _ outcome: TrainingRun.Outcome, of base: BaseNetwork<Float>, on tables: TrainingTables,
    before: Evaluation
  ) -> TrainingReport {
    var network = outcome.network
    return TrainingReport(
      output: run.output.output, tables: tables, run: run, outcome: outcome, seed: seed,
      before: before, after: network.evaluation(on: tables.judged),
      parameters: (network.trainedCount, base.parameterCount))
  }

  private func show(_ result: TrainingReport) throws {
    try report.show(result.report, besideOutputOnStdout: run.output.isStandardOutput)
  }
}

extension MultilayerPerceptron {
  /// Numbers that are trained.
  var trainedCount: Int { trained.reduce(0) { $0 + $1.value.count } }
}
