import Containers
import Kernels
import Reports
import Tables
import Tensors
import Training

/// Joins a network, adapters and a table to scores and predictions.
///
/// All of it is computed in f64, where f32 weights are exact: a merged network then differs from base
/// and adapter by the merge's own rounding alone.
struct ScoringSession {
  let wishes: TableWishes
  let base: BaseNetwork<Double>
  let adapters: NetworkAdapters
  let workers: Workers

  /// A session with `base` under adapters that go on it.
  init(
    _ base: BaseNetwork<Double>, with adapters: NetworkAdapters, _ wishes: TableWishes,
    workers: Workers
  ) throws {
    (self.wishes, self.adapters, self.workers) = (wishes, adapters, workers)
    var known = base
    try adapters.complete(&known)
    self.base = known
  }

  private func network() throws -> some TableNetwork<Double> {
    var network = base.network
    try adapters.put(on: &network)
    return network
  }

  /// What is said beside the metrics.
  struct Extras {
    /// Tables drawn for the intervals; 0 for none.
    let resamples: Int
    let seed: UInt64
    let confusion: Bool
  }

  /// The metrics on the table at `path`, as a report.
  func evaluate(on path: String, _ extras: Extras) throws -> Report {
    let task = try base.task(wishes)
    let network = try network()
    let dataset = try table(path, base.tableReader(wishes, task: task))
    let evaluation = network.evaluation(on: dataset, task.loss, workers)
    let terms = RowTerms(network, on: dataset, workers)
    var generator = Generator(seed: extras.seed)
    var report = Report()
    report.add(detail: "network", .text(base.file))
    report.add(detail: "adapters", .array(adapters.adapters.map { .text($0.adapter.file) }))
    report.add(detail: "table", .text(path == "-" ? "standard input" : path))
    EvaluationReport(
      evaluation: evaluation, terms: terms, classes: classNames, targets: dataset.targetNames,
      intervals: extras.resamples == 0
        ? [] : terms.intervals(resamples: extras.resamples, generator: &generator),
      showsConfusion: extras.confusion
    ).add(to: &report)
    return report
  }

  /// Writes a CSV record for each row of the table at `path` to stdout.
  ///
  /// In front stand the texts of the columns `ids`. Classes: `class`, then `p(NAME)` for each, or `logit(NAME)`. Values: the target's name.
  func predict(on path: String, ids: [String], showsLogits: Bool) throws {
    let task = try base.task(wishes)
    let network = try network()
    var reader = base.tableReader(wishes, task: task)
    reader.target = .ignored(wishes.targets ?? schema.targets, features: base.inputs)
    reader.kept = ids
    // A column that only names the rows is no feature.
    reader.choice.dropped = ids.filter { !(schema.columns ?? []).contains($0) }
    let dataset = try table(path, reader)
    let predictions = Predictions(
      task: task, classes: classNames, targets: schema.targets,
      outputs: base.outputs, showsLogits: showsLogits)
    var formulas = SpreadsheetFormulas()
    formulas.note(ids + (task == .classification ? classNames : schema.targets))
    try StandardStreams.write(ids.map { csvField($0) + "," }.joined() + predictions.header)
    try network.forEachOutput(of: dataset.features, workers) { first, outputs in
      try Interruption.check()
      let kept = dataset.kept.isEmpty ? [] : dataset.kept[first..<first + outputs.rows]
      formulas.note(kept.joined())
      try StandardStreams.write(predictions.records(of: outputs, behind: kept))
    }
    if let warning = formulas.warning { Warnings.say(warning) }
  }

  /// A table with its features as the network was trained on them.
  private func table(_ path: String, _ reader: DatasetReader) throws -> Dataset<Double> {
    var dataset: Dataset<Double> = try TableInput(
      path: path, form: wishes.form, workers: workers
    ).dataset(reader)
    schema.scaling?.apply(to: &dataset.features)
    return dataset
  }

  private var schema: TableSchema { base.description.schema }

  private var classNames: [String] {
    schema.classes ?? (0..<base.outputs).map(String.init)
  }
}
