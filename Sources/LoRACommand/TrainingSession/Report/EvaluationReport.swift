import Reports
import Training

/// What `eval` says of a network on a table.
struct EvaluationReport {
  let evaluation: Evaluation
  let terms: RowTerms
  /// The classes' names, by id.
  let classes: [String]
  /// The targets' names, where they are known.
  let targets: [String]
  /// By metric where its middle 95 % lies, in the order of the terms' names; none when not wanted.
  let intervals: [(low: Double, high: Double)]
  let showsConfusion: Bool

  /// Adds all of it to `report`.
  func add(to report: inout Report) {
    report.add("rows", "rows", .count(evaluation.rows))
    report.add("loss", "loss", .number(evaluation.loss))
    switch evaluation.quality {
    case .classes(let scores): add(scores, to: &report)
    case .values(let scores): add(scores, to: &report)
    }
    if !intervals.isEmpty { addIntervals(to: &report) }
    guard showsConfusion, !terms.confusion.isEmpty else { return }
    if let scores = evaluation.classes { report.add(nil, classTable(scores)) }
    report.add(detail: "confusion", confusion)
    report.add(nil, confusionTable)
  }

  // MARK: Classes

  private func add(_ scores: ClassScores, to report: inout Report) {
    report.add("accuracy", "accuracy", .share(scores.accuracy))
    let frequent = scores.mostFrequent
    let baseline = Double(scores.rows[frequent]) / Double(evaluation.rows)
    report.add(detail: "baseline_class", .text(classes[frequent]))
    report.add("baseline_accuracy", "accuracy of all as \(classes[frequent])", .share(baseline))
    if scores.rows.count == 2 {
      addPositiveClass(scores, to: &report)
    } else {
      report.add("macro_f1", "macro F1", .number(scores.macroF1))
      report.add("weighted_f1", "weighted F1", .number(scores.weightedF1))
    }
    report.add(detail: "classes", classTable(scores).json)
  }

  /// Of two classes the second is the one that is looked for.
  private func addPositiveClass(_ scores: ClassScores, to report: inout Report) {
    report.add("positive_class", "positive class", .text(classes[1]))
    report.add("precision", "precision", .number(scores.precision(of: 1)))
    report.add("recall", "recall", .number(scores.recall(of: 1)))
    report.add("f1", "F1", .number(scores.f1(of: 1)))
    let ranking = terms.ranking
    report.add(
      "roc_auc", "ROC AUC",
      Quantity(.number(orMissing: ranking?.areaUnderROC), .significant(4)))
    report.add(
      "average_precision", "average precision",
      Quantity(.number(orMissing: ranking?.averagePrecision), .significant(4)))
  }

  private func classTable(_ scores: ClassScores) -> Table {
    Table(
      Array(scores.rows.indices),
      columns: [
        Column("class") { [classes] in classes[$0] },
        Column("rows", .grouped) { .integer(scores.rows[$0]) },
        Column("precision", .significant(4)) { .number(scores.precision(of: $0)) },
        Column("recall", .significant(4)) { .number(scores.recall(of: $0)) },
        Column("f1", label: "F1", .significant(4)) { .number(scores.f1(of: $0)) },
      ])
  }

  /// For each class what its rows were taken for.
  private var confusion: JSONTree {
    .array(
      zip(classes, terms.confusion).map { name, counts in
        .object([
          .init("class", .text(name)),
          .init("predicted", .object(zip(classes, counts).map { .init($0, .integer($1)) })),
        ])
      })
  }

  /// A row for each class, a column for each class it was taken for.
  private var confusionTable: Table {
    let rows = zip(classes, terms.confusion).map { (name: $0, counts: $1) }
    var columns: [Column<(name: String, counts: [Int])>] = [
      Column("class \\ predicted") { $0.name }
    ]
    for (index, name) in classes.enumerated() {
      columns.append(Column(name, label: name, .grouped) { .integer($0.counts[index]) })
    }
    return Table(rows, columns: columns)
  }

  // MARK: Values

  private func add(_ scores: ValueScores, to report: inout Report) {
    report.add("mae", "MAE", .number(scores.meanAbsolute))
    report.add("rmse", "RMSE", .number(scores.rootMeanSquare))
    report.add(
      "baseline_rmse", "RMSE of the mean", .number(scores.baseline))
    report.add(
      "r2", "R²", Quantity(.number(orMissing: scores.meanExplained.unlessNaN), .significant(4)))
    let outputs = scores.explained.enumerated().map { index, explained in
      (name: index < targets.count ? targets[index] : "\(index)", explained: explained)
    }
    let table = Table(
      outputs,
      columns: [
        Column("target") { $0.name },
        Column("r2", label: "R²", .significant(4)) { .number(orMissing: $0.explained.unlessNaN) },
      ])
    report.add(detail: "targets", table.json)
    if outputs.count > 1 { report.add(nil, table) }
  }

  // MARK: Intervals

  /// Where the middle 95 % of each metric lie.
  private func addIntervals(to report: inout Report) {
    let labels = ["mae": "MAE", "rmse": "RMSE", "r2": "R²"]
    let rows = zip(terms.names, intervals).map { name, interval in
      (
        name: labels[name] ?? name, low: interval.low, high: interval.high,
        format: name == "accuracy" ? Format.percent : .significant(4)
      )
    }
    report.add(
      detail: "intervals",
      .array(
        zip(terms.names, intervals).map { name, interval in
          .object([
            .init("metric", .text(name)), .init("low", .number(interval.low)),
            .init("high", .number(interval.high)),
          ])
        }))
    report.add(
      nil,
      Table(
        rows,
        columns: [
          Column("95 % interval") { $0.name },
          Column("low", .plain) { .text(Quantity(.number($0.low), $0.format).text) },
          Column("high", .plain) { .text(Quantity(.number($0.high), $0.format).text) },
        ]))
  }
}
