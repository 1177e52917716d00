import Kernels
import Reports
import Tables
import Tensors
import Training

/// Joins a table to a network trained from scratch.
struct PretrainSession {
  let preparation: TrainingTables.Preparation
  let classWeights: ClassWeightsArgument?
  let run: TrainingRun
  let output: ResultOutput
  let report: ReportOptions
  let seed: UInt64

  /// Trains a network with these hidden widths and writes it.
  func pretrain(on path: String, hidden: [Int], activation: Activation) throws {
    var generator = Generator(seed: seed)
    let tables = try TrainingTables(path, tableReader, preparation, generator: &generator)
    ColumnScales(tables).warn(remedy: "leave --no-standardize out")
    let dataset = tables.training
    if dataset.classCount == 1 {
      throw TableError(file: tables.file, column: dataset.target, .singleClass)
    }
    var weights = generator.fork()
    let network = NetworkBuilder.network(
      widths: [dataset.columns.count] + hidden + [dataset.outputCount], activation,
      as: Float.self, generator: &weights)
    let task: LearningTask = dataset.classCount == nil ? .regression : .classification
    let loss = try Loss(task, classWeights, for: dataset, network.outputs, file: tables.file)
    try pretrain(
      TrainingRun.Work(network: network, loss: loss, tables: tables), activation, &generator)
  }

  private func pretrain<Net>(
    _ work: consuming TrainingRun.Work<Net>, _ activation: Activation,
    _ generator: inout Generator
  ) throws {
    let (tables, loss) = (work.tables, work.loss)
    let run = run.settled(for: tables)
    report.showAhead(
      RunOpening(work, run, method: "all weights, new ones", seed: seed).report,
      besideOutputOnStdout: output.isStandardOutput)
    let scaling = preparation.columns.standardizes ? TargetScaling(of: tables.training) : nil
    if let scaling { work.tables = tables.standardizingTargets(by: scaling) }
    var outcome = try run.train(consume work, generator: &generator)
    if let scaling { outcome.network.undo(scaling) }
    let trained = outcome.network
    let after = TableScores(of: trained, on: tables, loss, run.workers)
    try NetworkFile.write(
      trained, description(of: tables, activation), to: output, threads: run.workers.count)
    let count = trained.parameterCount
    try report.show(
      TrainingReport(
        output: output.path, tables: tables, run: run, seed: seed, before: nil,
        own: TrainingReport.Contender(outcome, parameters: count, after: after),
        baseParameters: count
      ).report, besideOutputOnStdout: output.isStandardOutput)
  }

  private var tableReader: DatasetReader {
    var reader = DatasetReader()
    reader.schema.task = preparation.wishes.task
    if let targets = preparation.wishes.targets { reader.target = .columns(targets) }
    return reader
  }

  private func description(
    of tables: TrainingTables, _ activation: Activation
  ) -> ModelDescription {
    var description = ModelDescription()
    description.activation = activation
    description.schema = TableSchema(of: tables.training)
    if !preparation.wishes.form.hasHeader {
      (description.schema.columns, description.schema.targets) = (nil, [])
    }
    if !preparation.columns.selectsColumns { description.schema.sources = nil }
    description.schema.missingWords = preparation.wishes.form.numbers.missing
    description.schema.scaling = tables.scaling
    return description
  }
}
