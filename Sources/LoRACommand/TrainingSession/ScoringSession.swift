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

  /// What the network makes of each row of the table at `path`.
  ///
  /// In front stand the texts of the columns of `ids`, lists as in `ColumnChoice`. Classes: `class`, then
  /// `p(NAME)` for each, or `logit(NAME)`. Values: the target's name.
  func predictions(
    on path: String, behind ids: [String], showsLogits: Bool
  ) throws -> PredictionTable<some TableNetwork<Double>> {
    let task = try base.task(wishes)
    let network = try network()
    var reader = base.tableReader(wishes, task: task)
    reader.target = .ignored(wishes.targets ?? schema.targets, features: base.inputs)
    reader.kept = ids
    // A column that only names the rows is no feature; a network that knows its columns' names takes
    // no other.
    if schema.sources == nil, schema.columns == nil || !wishes.form.hasHeader {
      reader.choice.dropped = ids
    }
    let dataset = try table(path, reader)
    return PredictionTable(
      network: network, dataset: dataset, workers: workers,
      form: Predictions(
        task: task, classes: classNames, targets: schema.targets, outputs: base.outputs,
        showsLogits: showsLogits))
  }

  /// A table with its features as the network was trained on them.
  private func table(_ path: String, _ reader: DatasetReader) throws -> Dataset<Double> {
    var dataset: Dataset<Double> = try TableInput(
      path: path, wishes: wishes, workers: workers
    ).dataset(reader)
    schema.scaling?.apply(to: &dataset.features)
    return dataset
  }

  private var schema: TableSchema { base.description.schema }

  private var classNames: [String] {
    schema.classes ?? (0..<base.outputs).map(String.init)
  }
}
