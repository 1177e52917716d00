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
    let (tables, run) = (frozen.tables, run.settled(for: frozen.tables))
    var weights = generator.fork()
    let dropoutSeed = weights.next()
    var network = frozen.network
    try plan.adapt(&network, generator: &weights)
    let work = Work(
      network: network, loss: frozen.loss, tables: tables, origin: bottom.identity,
      dropoutSeed: dropoutSeed)
    let batchChance = generator
    var result = try train(
      work, run, Method(summary: plan.summary, decomposer: decomposer), &generator
    ) { trained in
      let adapter = TrainedAdapter(
        network: trained, plan: plan, bottom: bottom, beginning: network,
        run: run.configuration(of: "train"),
        description: description(of: bottom.base, tables))
      try AdapterFile.write(
        adapter.contents, to: output.path, options: output.options,
        threads: run.workers.count, isCompressed: output.gzip)
    }
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
    let run = run.settled(for: work.tables)
    work.network.setTrained(true)
    let result = try train(
      consume work, run, Method(summary: "all weights"), &generator
    ) { trained in
      trained.round(to: types)
      try NetworkFile.write(
        trained, description, to: output, threads: run.workers.count, types: types)
    }
    try show(result)
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

  /// What is trained in a network.
  private struct Method {
    let summary: String
    /// The library that its beginning was computed by; nil when it needed none.
    var decomposer: String?
  }

  /// Says what is about to be done, trains, and says what came of it once `write` has put the
  /// network where it belongs; what `write` changes in it counts.
  private func train<Net>(
    _ work: consuming Work<Net>, _ run: TrainingRun, _ method: Method,
    _ generator: inout Generator, write: (inout Net) throws -> Void
  ) throws -> TrainingReport {
    let (tables, loss) = (work.tables, work.loss)
    let before = TableScores(of: work.network, on: tables, loss, run.workers)
    report.showAhead(
      RunOpening(
        work, run, method: method.summary, seed: seed, decomposer: method.decomposer
      ).report, besideOutputOnStdout: output.isStandardOutput)
    var outcome = try improve(consume work, run, &generator)
    try write(&outcome.network)
    let network = outcome.network
    return TrainingReport(
      output: output.path, tables: tables, run: run, seed: seed, before: before,
      own: TrainingReport.Contender(
        outcome, parameters: network.trainedCount,
        after: TableScores(of: network, on: tables, loss, run.workers)),
      baseParameters: network.parameterCount, decomposer: method.decomposer)
  }

  /// Trains, and goes back to the network as it began unless the rows that the run was watched on
  /// say clearly that it became better: few of them find a best step among many by chance.
  ///
  /// While it trains on such rows, it holds what the trained numbers began as: four bytes each.
  private func improve<Net>(
    _ work: consuming Work<Net>, _ run: TrainingRun, _ generator: inout Generator
  ) throws -> RunOutcome<Net> {
    guard let held = work.tables.validation else {
      return try run.train(consume work, generator: &generator)
    }
    let (loss, beginning) = (work.loss, work.network.trained.map(\.value))
    let before = work.network.rowLosses(on: held, loss, run.workers)
    var outcome = try run.train(consume work, generator: &generator)
    let after = outcome.network.rowLosses(on: held, loss, run.workers)
    if !PairedGain(before: before, after: after).isClear { outcome.keepBeginning(beginning) }
    return outcome
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

  private func show(_ result: TrainingReport) throws {
    try report.show(result.report, besideOutputOnStdout: output.isStandardOutput)
  }
}
