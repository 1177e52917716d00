import Adapters
import Containers
import Kernels
import Reports
import Tensors
import Training

/// Joins a base network and a table to a trained adapter, or to a fully trained network.
struct TrainSession {
  let data: DataOptions
  let run: TrainingRun
  let report: ReportOptions
  let seed: UInt64

  /// Trains an adapter for `base` and writes it.
  func trainAdapter(_ options: AdaptationOptions, of base: BaseNetwork<Float>, on path: String)
    throws
  {
    let plan = try AdapterPlan(options, for: base)
    let (dataset, frozen) = try open(base, path)
    var generator = Generator(seed: seed)
    var weights = generator.fork()
    var network = frozen
    try plan.adapt(&network, generator: &weights)
    let before = network.evaluation(on: dataset)
    let outcome = try run.train(
      network, of: base.fingerprint, on: dataset, generator: &generator)
    let adapter = TrainedAdapter(
      network: outcome.network, plan: plan, base: base, classes: dataset.classes)
    try AdapterFile.write(
      adapter.contents, to: run.output.output, options: run.output.containerOptions,
      threads: run.workers.count)
    try show(outcome, of: base, on: dataset, before: before)
  }

  /// Trains all weights of `base` and writes the network.
  func trainFully(_ base: BaseNetwork<Float>, on path: String) throws {
    var (dataset, network) = try open(base, path)
    let before = network.evaluation(on: dataset)
    network.setTrained(true)
    var generator = Generator(seed: seed)
    let outcome = try run.train(
      network, of: base.fingerprint, on: dataset, generator: &generator)
    var description = base.description
    description.activation = description.activation ?? .relu
    description.classes = dataset.classes ?? description.classes
    try NetworkFile.write(
      outcome.network, description, to: run.output, threads: run.workers.count)
    try show(outcome, of: base, on: dataset, before: before)
  }

  private func open(
    _ base: BaseNetwork<Float>, _ path: String
  ) throws -> (Dataset<Float>, MultilayerPerceptron<Float>) {
    let task = try base.task(asked: data.task)
    let dataset: Dataset<Float> = try TableInput(path: path, options: data)
      .dataset(base.tableReader(data, task: task))
    return (dataset, base.network(for: task, workers: run.workers))
  }

  private func show(
    _ outcome: TrainingRun.Outcome, of base: BaseNetwork<Float>, on dataset: Dataset<Float>,
    before: Evaluation
  ) throws {
    var network = outcome.network
    let trained = network.trained.reduce(0) { $0 + $1.value.count }
    let result = TrainingReport(
      output: run.output.output, data: dataset, run: run, outcome: outcome, seed: seed,
      before: before, after: network.evaluation(on: dataset),
      parameters: (trained, base.parameterCount))
    try report.show(result.report, besideOutputOnStdout: run.output.isStandardOutput)
  }
}
