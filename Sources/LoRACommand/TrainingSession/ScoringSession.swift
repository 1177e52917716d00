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
    let terms = RowTerms(network, on: dataset, workers)
    if extras.resamples > 0 {
      var generator = Generator(seed: extras.seed)
      let intervals = terms.intervals(resamples: extras.resamples, generator: &generator)
      report.add("intervals", Self.table(of: intervals, terms.names))
    }
    if extras.confusion, !terms.confusion.isEmpty {
      report.add("confusion", confusionTable(terms.confusion))
    }
    return report
  }

  /// Where the middle 95 % of each metric lie.
  private static func table(
    of intervals: [(low: Double, high: Double)], _ names: [String]
  ) -> Table {
    let rows = zip(names, intervals).map { (name: $0, low: $1.low, high: $1.high) }
    return Table(
      rows,
      columns: [
        Column("95 % interval") { $0.name }, Column("low", .significant(4)) { .number($0.low) },
        Column("high", .significant(4)) { .number($0.high) },
      ])
  }

  /// A row for each class, a column for each class it was taken for.
  private func confusionTable(_ counts: [[Int]]) -> Table {
    let rows = zip(classNames, counts).map { (name: $0, counts: $1) }
    var columns: [Column<(name: String, counts: [Int])>] = [
      Column("class \\ predicted") { $0.name }
    ]
    for (index, name) in classNames.enumerated() {
      columns.append(Column(name, .plain) { .integer($0.counts[index]) })
    }
    return Table(rows, columns: columns)
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
