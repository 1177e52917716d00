import Reports
import Spectra
import Tensors

extension AdapterAudit {
  /// The audit as facts, and tables of what stands out and of what is usual.
  func report(_ detail: InspectionDetail) -> Report {
    var report = Report()
    report.add("audited", "modules measured", .count(modules.count))
    report.add("standing_out", "worth a look", .count(findings.count))
    report.add(
      detail: "thresholds",
      .object([
        JSONTree.Member("deviations", JSONTree(.number(Self.deviations))),
        JSONTree.Member("factor", JSONTree(.number(Self.factor))),
        JSONTree.Member("share", JSONTree(.number(Self.share))),
        JSONTree.Member("smallest_family", JSONTree(.integer(Self.smallestFamily))),
      ]))
    report.add(detail: "findings", Table(findings, columns: Self.findingColumns).json)
    let shown = findings.prefix(detail == .all ? .max : Self.longestListing)
    if !shown.isEmpty { report.add(nil, Table(Array(shown), columns: Self.findingColumns)) }
    if shown.count < findings.count {
      report.add(note: "and \(findings.count - shown.count) more; --tensors lists all")
    }
    report.add("families", Table(families, columns: Self.familyColumns))
    report.add(detail: "modules", Table(modules, columns: Self.moduleColumns).json)
    if detail == .all { report.add(nil, Table(modules, columns: Self.moduleColumns)) }
    report.add(
      note: "A signal, not a proof: a module stands out when it is more than "
        + "\(Int(Self.deviations)) median deviations from its family's median, and by a factor of "
        + "\(Int(Self.factor)) (norm, stable rank) or a fifth of the energy (outputs, inputs). Good "
        + "adapters have such modules, and bad ones may have none.")
    return report
  }

  /// Up to this many findings are listed without being asked for.
  private static let longestListing = 20

  private static let findingColumns: [Column<Finding>] = [
    Column("what") { $0.kind.rawValue },
    Column("where") { $0.subject },
    Column("finding") { $0.sentence },
    Column("value", .significant(3)) { .number(orMissing: $0.value) },
    Column("usual", .significant(3)) { .number(orMissing: $0.usual) },
    Column("deviations", .significant(3)) { .number(orMissing: $0.deviations) },
  ]

  private static let familyColumns: [Column<FamilyStatistics>] = [
    Column("family") { $0.name },
    Column("modules", .grouped) { .integer($0.count) },
    Column("norm", .significant(3)) { .number($0.norm.median) },
    Column("stable_rank", .significant(3)) { .number($0.stableRank.median) },
    Column("output_share", .percent) { .number($0.outputShare.median) },
    Column("input_share", .percent) { .number($0.inputShare.median) },
  ]

  private static let moduleColumns: [Column<ModuleMeasures>] = [
    Column("module") { $0.name },
    Column("norm", .significant(3)) { .number($0.norm) },
    Column("spectral_norm", .significant(3)) { .number($0.spectralNorm) },
    Column("stable_rank", .significant(3)) { .number($0.stableRank) },
    Column("output_share", .percent) { .number($0.outputShare) },
    Column("input_share", .percent) { .number($0.inputShare) },
  ]
}
