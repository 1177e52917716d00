import Containers
import Merging
import Reports
import Tensors

/// What the audit of a merge found, as facts, and the verdict last.
struct AuditReport {
  let finding: AuditFinding
  let file: String
  let base: String
  /// Whether modules that hold the adapters are listed too.
  let listsAll: Bool
  let started: ContinuousClock.Instant

  init(
    _ finding: AuditFinding, file: String, base: String, listsAll: Bool,
    since started: ContinuousClock.Instant
  ) {
    (self.finding, self.file, self.base) = (finding, file, base)
    (self.listsAll, self.started) = (listsAll, started)
  }

  var report: Report {
    var report = opening
    report.add(
      "adapters",
      Table(
        finding.adapters,
        columns: [
          Column("adapter") { $0.adapter.file },
          Column("weight", .plain) { .number($0.weight) },
        ]))
    add(to: &report)
    return close(report, "\(escaped(file)) \(finding.sentence)", finding.sentence)
  }

  /// The report on which of several adapters are in the file.
  func report(of found: MemberSearch.Finding) -> Report {
    var report = opening
    report.add(
      "adapters",
      Table(
        found.members,
        columns: [
          Column("adapter") { $0.adapter.file },
          Column("found", .significant(4)) { .number(orMissing: $0.weight) },
        ]))
    add(to: &report)
    let sentence =
      found.isFound
      ? finding.sentence
      : finding.answer == .undecided
        ? finding.sentence : "holds none of the \(found.members.count) adapters"
    return close(report, "\(escaped(file)) \(sentence)", sentence)
  }

  private var opening: Report {
    var report = Report()
    report.add("file", "file", .text(file))
    report.add("base", "base", .text(base))
    report.add("answer", "answer", .text(finding.answer.rawValue))
    return report
  }

  private func add(to report: inout Report) {
    let verdicts = AuditedModule.Verdict.allCases.filter { verdict in
      finding.modules.contains { $0.verdict == verdict }
    }
    report.add(
      "counts",
      Table(
        verdicts,
        columns: [
          Column("verdict") { $0.rawValue },
          Column("modules", .grouped) { [modules = finding.modules] verdict in
            .integer(modules.count { $0.verdict == verdict })
          },
        ]))
    report.add(detail: "modules", Table(finding.modules, columns: Self.columns).json)
    let shown = listsAll ? finding.modules : finding.modules.filter { !$0.verdict.holds }
    if !shown.isEmpty {
      let limit = listsAll ? shown.count : Self.longestListing
      report.add(nil, Table(Array(shown.prefix(limit)), columns: Self.shownColumns))
      if shown.count > limit {
        report.add(note: "and \(shown.count - limit) more; --modules lists all")
      }
    }
    report.add(detail: "others", Table(finding.others, columns: Self.otherColumns).json)
    let others = finding.others.prefix(Self.longestListing)
    if !others.isEmpty { report.add(nil, Table(Array(others), columns: Self.otherColumns)) }
    report.add("others_equal", "other tensors as in the base", .count(finding.equalCount))
    report.add(detail: "notes", .array(finding.notes.map { .text($0) }))
  }

  private func close(_ report: Report, _ line: String, _ sentence: String) -> Report {
    var report = report
    report.add("seconds", "time", .elapsed(since: started))
    report.add(detail: "verdict", .text(sentence))
    report.add(note: line)
    return report
  }

  /// Up to this many modules are listed without being asked for.
  private static let longestListing = 20

  private static let columns: [Column<AuditedModule>] = [
    Column("module") { $0.name },
    Column("verdict") { $0.verdict.rawValue },
    Column("detail", .plain, alignment: .left) { .text(orMissing: $0.detail) },
    Column("factors", .significant(4)) { .list($0.factors.map { .number(orMissing: $0) }) },
    Column("errors", .significant(2)) { .list($0.errors.map { .number(orMissing: $0) }) },
    Column("residual", .significant(3)) { .number(orMissing: $0.residual) },
    Column("misfits", .grouped) { .integer(orMissing: $0.misfitCount) },
    Column("first_misfit", .plain) { .integer(orMissing: $0.firstMisfit) },
    Column("elements", .grouped) { .integer($0.elementCount) },
    Column("cause", .plain, alignment: .left) { .text(orMissing: $0.cause) },
  ]

  private static let shownColumns: [Column<AuditedModule>] = [
    Column("module") { $0.name },
    Column("verdict") { $0.verdict.rawValue },
    Column("weight", .significant(4)) { .list($0.factors.map { .number(orMissing: $0) }) },
    Column("residual", .significant(3)) { .number(orMissing: $0.residual) },
    Column("detail", .plain, alignment: .left) { .text(orMissing: $0.detail ?? $0.cause) },
  ]

  private static let otherColumns: [Column<AuditedOther>] = [
    Column("tensor") { $0.name },
    Column("verdict") { $0.verdict.rawValue },
    Column("detail", .plain, alignment: .left) { .text(orMissing: $0.detail) },
    Column("differing", .grouped) { .integer(orMissing: $0.differingCount) },
  ]
}
