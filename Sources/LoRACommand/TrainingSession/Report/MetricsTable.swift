import Reports
import Training

/// Scores side by side: of networks, and of whoever says the same for every row, on the rows that each
/// line names.
struct MetricsTable {
  /// One network on some rows.
  private struct Line: Sendable {
    let network: String
    let rows: TableScores.Rows
    let evaluation: Evaluation
  }

  private var networks: [Line] = []
  private var baselines: [Line] = []

  /// The scores of networks by name; those that are nil are left out.
  init(_ networks: [(name: String, scores: TableScores?)]) {
    let known = networks.compactMap { name, scores in scores.map { (name: name, scores: $0) } }
    for (index, (rows, evaluation)) in (known.last?.scores.all ?? []).enumerated() {
      for (name, scores) in known {
        self.networks.append(
          Line(network: name, rows: rows, evaluation: scores.all[index].evaluation))
      }
      baselines.append(
        Line(
          network: Baseline.name(for: evaluation), rows: rows,
          evaluation: Baseline.evaluation(like: evaluation)))
    }
  }

  /// Adds them to `report`: in JSON the networks' as `metrics`, the others' as `baseline`.
  func add(to report: inout Report) {
    report.add(detail: "metrics", table(networks).json)
    report.add(detail: "baseline", table(baselines).json)
    let lines = TableScores.Rows.allCases.flatMap { rows in
      (networks + baselines).filter { $0.rows == rows }
    }
    report.add(nil, table(lines))
  }

  private func table(_ lines: [Line]) -> Table {
    let columns: [Column<Line>] = [
      Column("network") { $0.network },
      Column("rows") { $0.rows.rawValue },
      Column("loss", .significant(4)) { .number(orMissing: $0.evaluation.loss.unlessNaN) },
    ]
    let measures = ScoreMeasure.measures(like: networks.last?.evaluation)
    return Table(lines, columns: columns + measures.map { $0.column(\.evaluation) })
  }
}

extension Double {
  /// Nil for what is not a number.
  var unlessNaN: Double? { isNaN ? nil : self }
}
