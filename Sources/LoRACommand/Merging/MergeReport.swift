import Adapters
import Containers
import Merging
import Reports
import Tensors

/// What a merge or a swap did, as facts.
struct MergeReport {
  let report: Report
  /// What a person should know about the result.
  let warnings: [String]

  init(
    _ summary: MergeSummary, adapters: [WeightedAdapter], output: String,
    since started: ContinuousClock.Instant
  ) {
    var report = Report()
    report.add("output", "output", .text(output))
    report.add("tensors_changed", "tensors changed", .count(summary.changed))
    report.add("tensors_copied", "tensors copied", .count(summary.copied))
    if summary.recoded > 0 {
      report.add("tensors_recoded", "tensors stored otherwise", .count(summary.recoded))
    }
    report.add("bytes", "tensor data", .bytes(summary.bytes))
    report.add("rank", "rank", .count(summary.rank))
    report.add(
      "adapter_tensors_applied", "adapter tensors applied", .count(summary.ledger.tensorCount))
    report.add("adapters", Self.table(of: adapters))
    if summary.requantized.isEmpty {
      Self.add(summary.survivals, to: &report)
    } else {
      RequantizationReport.add(summary, to: &report)
    }
    for remainder in summary.remainders { Self.add(remainder, to: &report) }
    report.add("base_fingerprint", "base fingerprint", .text(summary.source.description))
    report.add("fingerprint", "fingerprint", .text(summary.result.description))
    report.add("seconds", "time", .elapsed(since: started))
    report.add(detail: "ledger", Self.table(of: summary.ledger).json)
    report.add(detail: "survival", Self.table(of: summary.survivals.tensors).json)
    self.report = report
    warnings = Self.warnings(summary.survivals.total) + RequantizationReport.warnings(summary)
  }

  private static func table(of adapters: [WeightedAdapter]) -> Table {
    Table(
      adapters,
      columns: [
        Column("adapter") { $0.adapter.file },
        Column("weight", .plain) { .number($0.weight) },
        Column("modules", .grouped) { .integer($0.adapter.moduleCount) },
        Column("parameters", .grouped) { .integer($0.adapter.parameterCount) },
        Column("fingerprint") { $0.adapter.fingerprint.description },
      ])
  }

  private static func table(of ledger: CoverageLedger) -> Table {
    Table(
      ledger.entries,
      columns: [
        Column("adapter") { $0.adapter },
        Column("tensor") { $0.tensor },
        Column("effect") { $0.effect.rawValue },
        Column("base") { $0.base },
      ])
  }

  private static func add(_ remainder: RemainderSummary, to report: inout Report) {
    report.add("remainder", "remainder", .text(remainder.path))
    report.add(
      "remainder_bytes", "remainder's size",
      Quantity(.integer(orMissing: remainder.byteCount), .binaryBytes))
    report.add(
      "remainder_share", "of the targeted weights",
      Quantity(.number(orMissing: remainder.share), .percent))
  }

  // MARK: Survival

  private static func add(
    _ survivals: (tensors: [Survival], total: Survival?), to report: inout Report
  ) {
    guard let total = survivals.total else { return }
    report.add(
      "delta_to_weight", "delta / weight", Quantity(.number(total.relativeSize), .significant(3)))
    report.add("weights_moved", "weights that moved", .share(total.movedShare))
    report.add("delta_lost", "delta lost in rounding", .share(total.error))
  }

  private static func table(of survivals: [Survival]) -> Table {
    Table(
      survivals,
      columns: [
        Column("tensor") { $0.tensor },
        Column("measured", .grouped) { .integer($0.measuredCount) },
        Column("delta_to_weight", .significant(3)) { .number($0.relativeSize) },
        Column("weights_moved", .percent) { .number($0.movedShare) },
        Column("delta_lost", .percent) { .number($0.error) },
      ])
  }

  private static func warnings(_ total: Survival?) -> [String] {
    guard let total, total.error > 0.5 else { return [] }
    let lost = Quantity.share(total.error).text
    let still = Quantity.share(1 - total.movedShare).text
    return [
      "\(lost) of the delta is lost in rounding and \(still) of the weights do not move: the delta is "
        + "small against one step of their type; merge with --dtype f32, or serve the adapter unmerged"
    ]
  }

  /// What an unmerge did.
  static func unmerged(
    _ merged: Checkpoint, isExact: Bool, result: Fingerprint, output: String,
    since started: ContinuousClock.Instant
  ) -> Report {
    var report = Report()
    report.add("output", "output", .text(output))
    report.add("exact", "exact", Quantity(.flag(isExact)))
    report.add("tensors", "tensors", .count(merged.entries.count))
    report.add("fingerprint", "fingerprint", .text(result.description))
    report.add("seconds", "time", .elapsed(since: started))
    return report
  }
}

extension Quantity {
  /// The wall time since `started`.
  static func elapsed(since started: ContinuousClock.Instant) -> Quantity {
    let duration = ContinuousClock.now - started
    return .seconds(
      Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
  }
}
