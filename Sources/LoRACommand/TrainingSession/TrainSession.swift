import Adapters
import Kernels
import Reports
import Tables
import Tensors
import Training

/// Joins a base network and a table to a trained adapter, or to a fully trained network.
struct TrainSession {
  let preparation: TrainingTables.Preparation
  let classWeights: ClassWeightsArgument?
  let run: TrainingRun
  let output: ResultOutput
  let report: ReportOptions
  let seed: UInt64
  /// The adapters that are folded into the network first.
  let below: NetworkAdapters
  /// Whether adapters may have been trained on another base.
  let anyBase: Bool

  /// Trains the adapter `wanted` for `base` and writes it.
  func trainAdapter(
    _ wanted: AdapterChoice, of base: BaseNetwork<Float>, on path: String
  ) throws {
    let decomposer = try wanted.initialisation.decomposes ? LinearAlgebra.open() : nil
    let plan = try AdapterPlan(wanted, for: base)
    let bottom = try AdaptedBase(base, below: below, beside: plan.start, anyBase: anyBase)
    var generator = Generator(seed: seed)
    let (tables, loss) = try open(bottom, path, &generator)
    try trainAdapter(
      plan, Work(network: try bottom.network(), loss: loss, tables: tables), bottom, wanted,
      decomposer, &generator)
  }

  private typealias Work = TrainingRun.Work

  private func trainAdapter<Net>(
    _ plan: AdapterPlan, _ frozen: Work<Net>, _ bottom: AdaptedBase, _ wanted: AdapterChoice,
    _ decomposer: String?, _ generator: inout Generator
  ) throws {
    let tables = frozen.tables
    var weights = generator.fork()
    let dropoutSeed = weights.next()
    var network = frozen.network
    try plan.adapt(&network, generator: &weights)
    let work = Work(
      network: network, loss: frozen.loss, tables: tables, origin: bottom.identity,
      dropoutSeed: dropoutSeed)
    let before = evaluation(of: network, tables, frozen.loss)
    open(work, method: plan.summary, decomposer)
    let batchChance = generator
    let outcome = try run.train(work, generator: &generator)
    let adapter = TrainedAdapter(
      network: outcome.network, plan: plan, bottom: bottom, beginning: network,
      run: run.configuration(of: "train"),
      description: description(of: bottom.base, tables))
    try AdapterFile.write(
      adapter.contents, to: output.path, options: output.options,
      threads: run.workers.count, isCompressed: output.gzip)
    var result = result(outcome, tables, frozen.loss, before: before)
    result.decomposer = decomposer
    if wanted.comparison.isWanted {
      result.rival = try FullComparison(run: run, rate: wanted.comparison.rate, output: output.path)
        .train(frozen, generator: batchChance)
    }
    try show(result)
  }

  /// Trains all weights of `base` and writes the network.
  ///
  /// The numbers that `base` was read with are let go where the training's own begin.
  func trainFully(of base: consuming BaseNetwork<Float>, on path: String) throws {
    guard base.quantizedNames.isEmpty else {
      throw ModelError.quantized(file: base.file, what: "--full would train them")
    }
    let types = base.types
    let bottom = try AdaptedBase(consume base, below: below, anyBase: anyBase)
    var generator = Generator(seed: seed)
    let (tables, loss) = try open(bottom, path, &generator)
    var description = description(of: bottom.base, tables)
    description.activation = description.activation ?? .relu
    let origin = bottom.identity
    let network = try (consume bottom).network()
    try trainFully(
      Work(network: consume network, loss: loss, tables: tables, origin: origin), description,
      types, &generator)
  }

  private func trainFully<Net>(
    _ work: consuming Work<Net>, _ description: ModelDescription, _ types: [String: DType],
    _ generator: inout Generator
  ) throws {
    let (tables, loss) = (work.tables, work.loss)
    let before = evaluation(of: work.network, tables, loss)
    work.network.setTrained(true)
    open(work, method: "all weights")
    var outcome = try run.train(consume work, generator: &generator)
    outcome.network.round(to: types)
    try NetworkFile.write(
      outcome.network, description, to: output, threads: run.workers.count, types: types)
    try show(result(outcome, tables, loss, before: before))
  }

  private func open(
    _ bottom: AdaptedBase, _ path: String, _ generator: inout Generator
  ) throws -> (TrainingTables, Loss) {
    let base = bottom.base
    if base.description.schema.sources != nil, preparation.columns.selectsColumns {
      throw ModelError.ownFeatures(file: base.file)
    }
    let task = try base.task(preparation.wishes)
    let tables = try TrainingTables(
      path, base.tableReader(preparation.wishes, task: task), preparation,
      generator: &generator)
    let loss = try Loss(task, classWeights, for: tables.training, base.outputs, file: tables.file)
    return (tables, loss)
  }

  /// Says what is about to be done.
  private func open<Net>(_ work: Work<Net>, method: String, _ decomposer: String? = nil) {
    var opening = RunOpening(work, run, method: method, seed: seed)
    opening.decomposer = decomposer
    report.showAhead(opening.report, besideOutputOnStdout: output.isStandardOutput)
  }

  private func evaluation(
    of network: some TableNetwork<Float>, _ tables: TrainingTables, _ loss: Loss
  ) -> Evaluation {
    network.evaluation(on: tables.judged, loss, run.workers)
  }

  /// What is known of the network after training on `tables`.
  private func description(
    of base: BaseNetwork<Float>, _ tables: TrainingTables
  ) -> ModelDescription {
    var description = base.description
    description.schema.missingWords.formUnion(preparation.wishes.form.numbers.missing)
    description.schema.scaling = tables.scaling
    if preparation.columns.selectsColumns {
      description.schema.sources = TableSchema(of: tables.training).sources
    }
    return description
  }

  private func result<Net>(
    _ outcome: RunOutcome<Net>, _ tables: TrainingTables, _ loss: Loss, before: Evaluation
  ) -> TrainingReport where Net: TableNetwork<Float> {
    let network = outcome.network
    return TrainingReport(
      output: output.path, tables: tables, run: run, seed: seed, before: before,
      own: TrainingReport.Contender(
        outcome, parameters: network.trainedCount, after: evaluation(of: network, tables, loss)),
      baseParameters: network.parameterCount)
  }

  private func show(_ result: TrainingReport) throws {
    try report.show(result.report, besideOutputOnStdout: output.isStandardOutput)
  }
}
