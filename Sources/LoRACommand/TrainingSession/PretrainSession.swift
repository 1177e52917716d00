import Containers
import Kernels
import Reports
import Tensors
import Training

/// Joins a table to a network trained from scratch.
struct PretrainSession {
  let data: DataOptions
  let run: TrainingRun
  let report: ReportOptions
  let seed: UInt64

  /// Trains a network with these hidden widths and writes it.
  func pretrain(on path: String, hidden: [Int], activation: Activation) throws {
    let dataset: Dataset<Float> = try TableInput(path: path, options: data)
      .dataset(tableReader)
    if dataset.classCount == 1 {
      throw TableError(
        file: path == "-" ? "standard input" : path, column: dataset.target, .singleClass)
    }
    var generator = Generator(seed: seed)
    let network = network(
      for: dataset, hidden: hidden, activation: activation, generator: &generator)
    let outcome = try run.train(network, of: nil, on: dataset, generator: &generator)
    var trained = outcome.network
    let after = trained.evaluation(on: dataset)
    try NetworkFile.write(
      trained, description(of: dataset, activation), to: run.output, threads: run.workers.count)
    let count = trained.parameterCount
    try report.show(
      TrainingReport(
        output: run.output.output, data: dataset, run: run, outcome: outcome, seed: seed,
        before: nil, after: after, parameters: (count, count)
      ).report, besideOutputOnStdout: run.output.isStandardOutput)
  }

  private var tableReader: DatasetReader {
    var reader = DatasetReader()
    reader.task = data.task
    if let target = data.target { reader.target = .named(target) }
    return reader
  }

  private func network(
    for dataset: Dataset<Float>, hidden: [Int], activation: Activation,
    generator: inout Generator
  ) -> MultilayerPerceptron<Float> {
    var weights = generator.fork()
    var network = MultilayerPerceptron<Float>(
      sizes: [dataset.columns.count] + hidden + [dataset.classCount ?? 1],
      activation: activation,
      loss: dataset.classCount == nil ? .meanSquaredError : .softmaxCrossEntropy,
      generator: &weights)
    network.workers = run.workers
    return network
  }

  private func description(
    of dataset: Dataset<Float>, _ activation: Activation
  ) -> ModelDescription {
    var description = ModelDescription()
    description.activation = activation
    description.task = dataset.classCount == nil ? .regression : .classification
    if !data.noHeader {
      description.columns = dataset.columns
      description.target = dataset.target
    }
    description.classes = dataset.classes
    return description
  }
}
