import Containers
import Kernels
import Reports
import Tensors
import Training

/// Joins a network, adapters and a table to scores and predictions.
///
/// All of it is computed in f64, where f32 weights are exact: a merged network then differs from base
/// and adapter by the merge's own rounding alone.
struct ScoringSession {
  let data: DataOptions
  let base: BaseNetwork<Double>
  let adapters: NetworkAdapters
  let workers: Workers

  /// Opens the network and the adapters, which must have been trained on it.
  init(_ path: String, data: DataOptions, scoring: ScoringOptions, workers: Workers) throws {
    (self.data, self.workers) = (data, workers)
    adapters = try NetworkAdapters(scoring.adapters)
    var base = try BaseNetwork<Double>(path, activation: scoring.activation)
    if !scoring.anyBase { try adapters.check(on: base) }
    try adapters.complete(&base.description)
    self.base = base
  }

  private func network(for task: LearningTask) throws -> MultilayerPerceptron<Double> {
    var network = base.network(for: task, workers: workers)
    try adapters.put(on: &network)
    return network
  }

  /// The metrics on the table at `path`, as a report.
  func evaluate(on path: String, _ options: EvaluationOptions) throws -> Report {
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
    let terms = RowTerms(network, on: dataset)
    if options.resamples > 0 {
      var generator = Generator(seed: options.seed.seed)
      let intervals = terms.intervals(resamples: options.resamples, generator: &generator)
      report.add("intervals", Self.table(of: intervals, terms.names))
    }
    if options.confusion, !terms.confusion.isEmpty {
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

  /// Writes a CSV record for each row of the table at `path` to stdout.
  ///
  /// In front stand the texts of the columns `ids`. Classes: `class`, then `p(NAME)` for each, or `logit(NAME)`. Values: the target's name.
  func predict(on path: String, ids: [String], showsLogits: Bool) throws {
    let task = try base.task(data)
    var network = try network(for: task)
    var reader = base.tableReader(data, task: task)
    reader.target = .ignored(data.targets ?? base.description.targets, features: base.inputs)
    reader.kept = ids
    // A column that only names the rows is no feature.
    reader.dropped = ids.filter { !(base.description.columns ?? []).contains($0) }
    let dataset = try table(path, reader)
    let predictions = Predictions(
      task: task, classes: classNames, targets: base.description.targets,
      outputs: base.outputs, showsLogits: showsLogits)
    var formulas = SpreadsheetFormulas()
    formulas.note(ids + (task == .classification ? classNames : base.description.targets))
    try StandardStreams.write(ids.map { csvField($0) + "," }.joined() + predictions.header)
    try network.forEachOutput(of: dataset.features) { first, outputs in
      try Interruption.check()
      let kept = dataset.kept.isEmpty ? [] : dataset.kept[first..<first + outputs.rows]
      formulas.note(kept.joined())
      try StandardStreams.write(predictions.records(of: outputs, behind: kept))
    }
    if let warning = formulas.warning { Warnings.say(warning) }
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
