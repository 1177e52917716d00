import Adapters
import Containers
import Reports
import Tensors

/// What a merge or a swap did, as facts.
struct MergeReport {
  let report: Report

  init(
    _ summary: MergeSummary, adapters: [WeightedAdapter], output: String,
    since started: ContinuousClock.Instant
  ) {
    var report = Report()
    report.add("output", "output", .text(escaped(output)))
    report.add("tensors_changed", "tensors changed", .count(summary.changed))
    report.add("tensors_copied", "tensors copied", .count(summary.copied))
    report.add("bytes", "tensor data", .bytes(summary.bytes))
    report.add("rank", "rank", .count(summary.rank))
    report.add(
      "adapter_tensors_applied", "adapter tensors applied", .count(summary.ledger.entries.count))
    report.add("adapters", Self.table(of: adapters))
    report.add("base_fingerprint", "base fingerprint", .text(summary.source.description))
    report.add("fingerprint", "fingerprint", .text(summary.result.description))
    report.add("seconds", "time", .elapsed(since: started))
    self.report = report
  }

  private static func table(of adapters: [WeightedAdapter]) -> Table {
    Table(
      adapters,
      columns: [
        Column("adapter") { escaped($0.adapter.file) },
        Column("weight", .plain) { .number($0.weight) },
        Column("modules", .grouped) { .integer($0.adapter.updates.count) },
        Column("parameters", .grouped) { .integer($0.adapter.parameterCount) },
        Column("fingerprint") { $0.adapter.fingerprint.description },
      ])
  }

  /// What an unmerge did.
  static func unmerged(
    _ merged: Checkpoint, isExact: Bool, result: Fingerprint, output: String,
    since started: ContinuousClock.Instant
  ) -> Report {
    var report = Report()
    report.add("output", "output", .text(escaped(output)))
    report.add("exact", "exact", Quantity(.flag(isExact)))
    report.add("tensors", "tensors", .count(merged.tensors.count))
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
