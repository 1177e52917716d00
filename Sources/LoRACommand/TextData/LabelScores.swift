import Reports
import Tensors
import Training

/// How well rows were given their labels, where each may have several.
///
/// A label is given where its probability is more than one half.
struct LabelScores {
  private let names: [String]
  private var scores: ClassScores
  /// Rows whose labels are all right, and none is missing.
  private(set) var exact = 0
  private(set) var rows = 0

  init(_ names: [String]) {
    self.names = names
    scores = ClassScores(classes: names.count)
  }

  /// Takes in a row's labels, from 0 to 1, and its outputs.
  mutating func add(_ labels: ArraySlice<Double>, _ outputs: ArraySlice<Double>) {
    let (wanted, given) = (labels.map { $0 > 0.5 }, outputs.map { $0 > 0 })
    scores.note(labels: wanted, given: given)
    if wanted == given { exact += 1 }
    rows += 1
  }

  func add(to report: inout Report, showsLabels: Bool) {
    report.add("accuracy", "rows with all labels right", .share(Double(exact) / Double(rows)))
    report.add("micro_f1", "micro F1", .number(scores.microF1))
    report.add("macro_f1", "macro F1", .number(scores.macroF1))
    report.add(detail: "labels", table.json)
    if showsLabels { report.add(nil, table) }
  }

  private var table: Table {
    Table(
      Array(names.indices),
      columns: [
        Column("label") { [names] in names[$0] },
        Column("rows", .grouped) { [scores] in .integer(scores.rows[$0]) },
        Column("given", .grouped) { [scores] in .integer(scores.taken[$0]) },
        Column("precision", .significant(4)) { [scores] in .number(scores.precision(of: $0)) },
        Column("recall", .significant(4)) { [scores] in .number(scores.recall(of: $0)) },
        Column("f1", label: "F1", .significant(4)) { [scores] in .number(scores.f1(of: $0)) },
      ])
  }
}
