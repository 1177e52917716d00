import Adapters
import Containers
import Kernels
import Reports
import Tensors
import Training

/// Joins a network, an adapter and a table to scores and predictions.
///
/// All of it is computed in f64, where f32 weights are exact: a merged network then differs from base
/// and adapter by the merge's own rounding alone.
struct ScoringSession {
  let data: DataOptions
  let base: BaseNetwork<Double>
  let adapter: Adapter?
  let workers: Workers

  /// Opens the network and, if there is one, the adapter, which must have been trained on it.
  init(
    _ path: String, adapter: String?, data: DataOptions, scoring: ScoringOptions, workers: Workers
  ) throws {
    self.data = data
    self.workers = workers
    self.adapter = try adapter.map { try AdapterFile.open($0) }
    var base = try BaseNetwork<Double>(path, activation: scoring.activation)
    if let adapter = self.adapter {
      try Self.check(adapter, base, scoring)
      let known = try ModelDescription(metadata: adapter.metadata, file: adapter.file)
      base.description.classes = base.description.classes ?? known.classes
      base.description.sources = base.description.sources ?? known.sources
      base.description.scaling = base.description.scaling ?? known.scaling
      if base.description.targets.isEmpty { base.description.targets = known.targets }
    }
    self.base = base
  }

  private static func check(
    _ adapter: Adapter, _ base: BaseNetwork<Double>, _ scoring: ScoringOptions
  ) throws(AdapterError) {
    guard !scoring.anyBase, let wanted = adapter.baseFingerprint, wanted != base.fingerprint else {
      return
    }
    throw .mismatch(
      file: base.file,
      problem: "is not the base of the adapter \(escaped(adapter.file)): "
        + "expected the fingerprint \(wanted), found \(base.fingerprint); "
        + "name the right base, or go on with --any-base")
  }

  private func network(for task: LearningTask) throws -> MultilayerPerceptron<Double> {
    var network = base.network(for: task, workers: workers)
    if let adapter { try network.apply(adapter) }
    return network
  }

  /// The metrics on the table at `path`, as a report.
  func evaluate(on path: String) throws -> Report {
    let task = try base.task(data)
    var network = try network(for: task)
    let dataset = try table(path, base.tableReader(data, task: task))
    let evaluation = network.evaluation(on: dataset)
    var report = Report()
    report.add("rows", "rows", .count(dataset.rows))
    report.add("loss", "loss", .number(evaluation.loss))
    switch evaluation.quality {
    case .accuracy(let share):
      report.add("accuracy", "accuracy", .share(share))
    case .errors(let absolute, let root, let explained):
      report.add("mae", "mean absolute error", .number(absolute))
      report.add("rmse", "root mean square error", .number(root))
      report.add("r2", "R²", .number(explained))
    }
    return report
  }

  /// Writes a CSV record for each row of the table at `path` to stdout.
  ///
  /// Classes: `class`, then `p(NAME)` for each, or `logit(NAME)`. Values: the target's name.
  func predict(on path: String, showsLogits: Bool) throws {
    let task = try base.task(data)
    var network = try network(for: task)
    var reader = base.tableReader(data, task: task)
    reader.target = .ignored(data.targets ?? base.description.targets, features: base.inputs)
    let dataset = try table(path, reader)
    let predictions = Predictions(
      task: task, classes: classNames, targets: base.description.targets,
      outputs: base.outputs, showsLogits: showsLogits)
    try StandardStreams.write(predictions.header)
    try network.forEachOutput(of: dataset.features) { _, outputs in
      try Interruption.check()
      try StandardStreams.write(predictions.records(of: outputs))
    }
  }

  /// A table with its features as the network was trained on them.
  private func table(_ path: String, _ reader: DatasetReader) throws -> Dataset<Double> {
    var reader = reader
    let scaling = base.description.scaling
    reader.allowsMissing = scaling?.fill != nil
    var dataset: Dataset<Double> = try TableInput(path: path, options: data, workers: workers)
      .dataset(reader)
    scaling?.apply(to: &dataset.features)
    return dataset
  }

  private var classNames: [String] {
    base.description.classes ?? (0..<base.outputs).map(String.init)
  }
}
