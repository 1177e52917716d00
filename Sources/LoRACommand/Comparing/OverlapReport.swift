import Reports
import Spectra
import Tensors

/// How two adapters' updates lie to each other, as facts and a table of modules.
struct OverlapReport {
  let overlap: AdapterOverlap
  /// Whether every module is listed.
  let listsAll: Bool

  private var verdict: OverlapVerdict { OverlapVerdict(overlap.total) }

  var report: Report {
    var report = Report()
    let total = overlap.total
    report.add("verdict", "together they", .text(verdict.rawValue))
    report.add("cosine", "cosine of the deltas", Self.number(total.cosine))
    report.add("norm_ratio", "second / first norm", Self.number(total.normRatio))
    report.add("sum_share", "norm of the sum / sum of the norms", Self.number(total.sumShare))
    report.add("column_share", "written space in common", Self.share(total.columnShare))
    report.add("column_chance", "by chance", Self.share(total.chance.columns))
    report.add("row_share", "read space in common", Self.share(total.rowShare))
    report.add("row_chance", "by chance", Self.share(total.chance.rows))
    report.add(
      "ranks", "ranks, and of the sum",
      Quantity(.list([total.ranks.first, total.ranks.second, total.ranks.sum].map(Value.integer))))
    report.add("modules_in_both", "modules in both", .count(overlap.modules.count))
    add("only_in_first", "only in the first", overlap.onlyInFirst, to: &report)
    add("only_in_second", "only in the second", overlap.onlyInSecond, to: &report)
    add("misfits", "of other sizes", overlap.misfits, to: &report)
    add("replaced_by_both", "replaced whole by both", overlap.replacedByBoth, to: &report)
    report.add(detail: "modules", .array(overlap.modules.map(Self.tree)))
    let shown = Array(overlap.modules.prefix(listsAll ? .max : Self.longestListing))
    if !shown.isEmpty { report.add(nil, Table(shown, columns: Self.columns)) }
    if shown.count < overlap.modules.count {
      report.add(
        note: "and \(overlap.modules.count - shown.count) more; --tensors lists all")
    }
    report.add(note: verdict.advice)
    return report
  }

  /// Up to this many modules are listed without being asked for.
  private static let longestListing = 20

  private func add(_ key: String, _ label: String, _ names: [String], to report: inout Report) {
    report.add(detail: key, .array(names.map { .text($0) }))
    guard let first = names.first else { return }
    let rest = names.count > 1 ? " and \(names.count - 1) more" : ""
    report.add(nil, title: label, Report([.note(escaped(first, inQuotes: false) + rest)]))
  }

  private static func number(_ number: Double?) -> Quantity {
    Quantity(.number(orMissing: number), .significant(3))
  }

  private static func share(_ share: Double?) -> Quantity {
    Quantity(.number(orMissing: share), .percent)
  }

  private static let columns: [Column<AdapterOverlap.Module>] = [
    Column("module") { $0.name },
    Column("cosine", .significant(3)) { .number(orMissing: $0.overlap.cosine) },
    Column("norm_ratio", .significant(3)) { .number(orMissing: $0.overlap.normRatio) },
    Column("written", unit: "in common", .percent) { .number(orMissing: $0.overlap.columnShare) },
    Column("read", unit: "in common", .percent) { .number(orMissing: $0.overlap.rowShare) },
    Column("angle", unit: "smallest, degrees", .significant(3)) { module in
      let cosines = [module.overlap.columnCosines.first, module.overlap.rowCosines.first]
      return .number(orMissing: DeltaOverlap.degrees(cosines.compactMap(\.self)).min())
    },
    Column("verdict") { OverlapVerdict($0.overlap).rawValue },
  ]

  private static func tree(_ module: AdapterOverlap.Module) -> JSONTree {
    let overlap = module.overlap
    func number(_ number: Double?) -> JSONTree { JSONTree(.number(orMissing: number)) }
    func angles(_ cosines: [Double]) -> JSONTree {
      .array(DeltaOverlap.degrees(cosines).map { JSONTree(.number($0)) })
    }
    return .object([
      JSONTree.Member("module", .text(module.name)),
      JSONTree.Member("verdict", .text(OverlapVerdict(overlap).rawValue)),
      JSONTree.Member("cosine", number(overlap.cosine)),
      JSONTree.Member("norm_first", number(overlap.squares.first.squareRoot())),
      JSONTree.Member("norm_second", number(overlap.squares.second.squareRoot())),
      JSONTree.Member("sum_share", number(overlap.sumShare)),
      JSONTree.Member("column_share", number(overlap.columnShare)),
      JSONTree.Member("row_share", number(overlap.rowShare)),
      JSONTree.Member("column_angles", angles(overlap.columnCosines)),
      JSONTree.Member("row_angles", angles(overlap.rowCosines)),
      JSONTree.Member(
        "ranks",
        .array(
          [overlap.ranks.first, overlap.ranks.second, overlap.ranks.sum].map {
            JSONTree(.integer($0))
          })),
      JSONTree.Member("direction_only", JSONTree(.flag(module.isDirection))),
    ])
  }
}
