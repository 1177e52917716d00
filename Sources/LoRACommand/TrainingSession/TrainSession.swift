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
    let run = run.settled(for: tables)
    let before = scores(of: network, work)
    open(work, run, method: plan.summary, decomposer)
    let batchChance = generator
    let outcome = try train(work, run, &generator)
    let adapter = TrainedAdapter(
      network: outcome.network, plan: plan, bottom: bottom, beginning: network,
      run: run.configuration(of: "train"),
      description: description(of: bottom.base, tables))
    try AdapterFile.write(
      adapter.contents, to: output.path, options: output.options,
      threads: run.workers.count, isCompressed: output.gzip)
    var result = result(outcome, work, run, before: before)
    result.decomposer = decomposer
    if wanted.comparison.isWanted {
      result.rival = try FullComparison(run: run, rate: wanted.comparison.rate, output: output.path)
        .train(frozen, generator: batchChance)
    }
    try show(result)
  }

  /// Trains all weights of `base` and writes the network.
  func trainFully(of base: BaseNetwork<Float>, on path: String) throws {
    guard base.quantizedNames.isEmpty else {
      throw ModelError.quantized(file: base.file, what: "--full would train them")
    }
    let bottom = try AdaptedBase(base, below: below, anyBase: anyBase)
    var generator = Generator(seed: seed)
    let (tables, loss) = try open(bottom, path, &generator)
    try trainFully(
      Work(
        network: try bottom.network(), loss: loss, tables: tables, origin: bottom.identity),
      bottom, &generator)
  }

  private func trainFully<Net>(
    _ frozen: Work<Net>, _ bottom: AdaptedBase, _ generator: inout Generator
  ) throws {
    let before = scores(of: frozen.network, frozen)
    var network = frozen.network
    network.setTrained(true)
    let work = Work(
      network: network, loss: frozen.loss, tables: frozen.tables, origin: frozen.origin)
    let run = run.settled(for: work.tables)
    open(work, run, method: "all weights")
    var outcome = try train(work, run, &generator)
    var description = description(of: bottom.base, work.tables)
    description.activation = description.activation ?? .relu
    outcome.network.round(to: bottom.base.types)
    try NetworkFile.write(
      outcome.network, description, to: output, threads: run.workers.count,
      types: bottom.base.types)
    try show(result(outcome, work, run, before: before))
  }

  private func open(
    _ bottom: AdaptedBase, _ path: String, _ generator: inout Generator
  ) throws -> (TrainingTables, Loss) {
    let base = bottom.base
    if base.description.schema.sources != nil, preparation.columns.selectsColumns {
      throw ModelError.ownFeatures(file: base.file)
    }
    if preparation.standardizes == false, base.description.schema.scaling?.standardizes == true {
      throw ModelError.ownScaling(file: base.file)
    }
    let task = try base.task(preparation.wishes)
    let tables = try TrainingTables(
      path, base.tableReader(preparation.wishes, task: task), preparation,
      generator: &generator)
    ColumnScales(tables).warn(
      remedy: "pretrain the network without --no-standardize, or give train --standardize")
    let loss = try Loss(task, classWeights, for: tables.training, base.outputs, file: tables.file)
    return (tables, loss)
  }

  /// Says what is about to be done.
  private func open<Net>(
    _ work: Work<Net>, _ run: TrainingRun, method: String, _ decomposer: String? = nil
  ) {
    var opening = RunOpening(work, run, method: method, seed: seed)
    opening.decomposer = decomposer
    report.showAhead(opening.report, besideOutputOnStdout: output.isStandardOutput)
  }

  /// Trains, and goes back to the network as it began unless the rows that the run was watched on
  /// say clearly that it became better: few of them find a best step among many by chance.
  private func train<Net>(
    _ work: Work<Net>, _ run: TrainingRun, _ generator: inout Generator
  ) throws -> RunOutcome<Net> {
    var outcome = try run.train(work, generator: &generator)
    guard let held = work.tables.validation else { return outcome }
    let gain = PairedGain(
      before: work.network.rowLosses(on: held, work.loss, run.workers),
      after: outcome.network.rowLosses(on: held, work.loss, run.workers))
    if !gain.isClear { outcome.keepBeginning(work.network) }
    return outcome
  }

  private func scores<Net>(of network: Net, _ work: Work<Net>) -> TableScores {
    TableScores(of: network, on: work.tables, work.loss, run.workers)
  }

  /// What is known of the network after training on `tables`.
  private func description(
    of base: BaseNetwork<Float>, _ tables: TrainingTables
  ) -> ModelDescription {
    var description = base.description
    description.schema.scaling = tables.scaling
    if preparation.columns.selectsColumns {
      description.schema.sources = TableSchema(of: tables.training).sources
    }
    return description
  }

  private func result<Net>(
    _ outcome: RunOutcome<Net>, _ work: Work<Net>, _ run: TrainingRun, before: TableScores
  ) -> TrainingReport {
    let network = outcome.network
    return TrainingReport(
      output: output.path, tables: work.tables, run: run, seed: seed, before: before,
      own: TrainingReport.Contender(
        outcome, parameters: network.trainedCount, after: scores(of: network, work)),
      baseParameters: network.parameterCount)
  }

  private func show(_ result: TrainingReport) throws {
    try report.show(result.report, besideOutputOnStdout: output.isStandardOutput)
  }
}
