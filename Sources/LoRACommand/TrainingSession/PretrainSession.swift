import Kernels
import Reports
import Tensors
import Training

/// Joins a table to a network trained from scratch.
struct PretrainSession {
  let preparation: TrainingTables.Preparation
  let run: TrainingRun
  let report: ReportOptions
  let seed: UInt64

  /// Trains a network with these hidden widths and writes it.
  func pretrain(on path: String, hidden: [Int], activation: Activation) throws {
    var generator = Generator(seed: seed)
    let tables = try TrainingTables(
      path, tableReader, known: nil, preparation, generator: &generator)
    let dataset = tables.training
    let file = path == "-" ? "standard input" : path
    if dataset.classCount == 1 {
      throw TableError(file: file, column: dataset.target, .singleClass)
    }
    var network = network(
      for: dataset, hidden: hidden, activation: activation, generator: &generator)
    try network.weighClasses(run.options.classWeights, for: dataset, file: file)
    report.showAhead(
      RunOpening(tables, run, network, method: "all weights, new ones", seed: seed).report,
      besideOutputOnStdout: run.output.isStandardOutput)
    let outcome = try run.train(network, from: [], on: tables, generator: &generator)
    var trained = outcome.network
    let after = trained.evaluation(on: tables.judged)
    try NetworkFile.write(
      trained, description(of: tables, activation), to: run.output, threads: run.workers.count)
    let count = trained.parameterCount
    try report.show(
      TrainingReport(
        output: run.output.output, tables: tables, run: run, outcome: outcome, seed: seed,
        before: nil, after: after, parameters: (count, count)
      ).report, besideOutputOnStdout: run.output.isStandardOutput)
  }

  private var tableReader: DatasetReader {
    var reader = DatasetReader()
    reader.task = preparation.data.task
    if let targets = preparation.data.targets { reader.target = .columns(targets) }
    return reader
  }

  private func network(
    for dataset: Dataset<Float>, hidden: [Int], activation: Activation,
    generator: inout Generator
  ) -> MultilayerPerceptron<Float> {
    var weights = generator.fork()
    var network = MultilayerPerceptron<Float>(
      sizes: [dataset.columns.count] + hidden + [dataset.outputCount],
      activation: activation,
      loss: dataset.classCount == nil ? .meanSquaredError : .softmaxCrossEntropy,
      generator: &weights)
    network.workers = run.workers
    return network
  }

  private func description(
    of tables: TrainingTables, _ activation: Activation
  ) -> ModelDescription {
    let dataset = tables.training
    var description = ModelDescription()
    description.activation = activation
    description.task = dataset.classCount == nil ? .regression : .classification
    if !preparation.data.noHeader {
      description.columns = dataset.columns
      description.targets = dataset.targetNames
    }
    if preparation.columns.selectsColumns { description.sources = dataset.sources }
    description.scaling = tables.scaling
    description.classes = dataset.classes
    return description
  }
}
