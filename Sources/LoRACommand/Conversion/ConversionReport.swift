import Adapters
import Merging
import Reports
import Tensors

/// What a conversion of an adapter kept, and what it rounded.
struct ConversionReport {
  let report: Report

  init(
    _ converted: ConvertedAdapter, from adapter: Adapter, to dialect: AdapterDialect,
    output: String
  ) {
    let rounded = converted.modules.filter { !$0.isExact }
    let elements = rounded.reduce(0) { $0 + $1.roundedCount }
    var report = Report()
    report.add("output", "output", .text(escaped(output)))
    report.add("from", "from", .text(adapter.dialect.displayName))
    report.add("to", "to", .text(dialect.displayName))
    report.add("tensors", "tensors", .count(converted.tensors.count))
    report.add("modules", "modules", .count(converted.modules.count))
    report.add("exact", "exact", Quantity(.flag(rounded.isEmpty)))
    report.add("modules_rounded", "modules rounded", .count(rounded.count))
    report.add("elements_rounded", "elements rounded once", .count(elements))
    let table = Table(converted.modules, columns: Self.columns)
    report.add(detail: "module_table", table.json)
    let changed = converted.modules.filter { $0.folded != 1 || $0.rank.old != $0.rank.new }
    if !changed.isEmpty { report.add(nil, Table(changed, columns: Self.columns)) }
    self.report = report
  }

  private static let columns: [Column<ConvertedAdapter.Module>] = [
    Column("module") { escaped($0.module) },
    Column("rank", .plain) { .integer($0.rank.old) },
    Column("new_rank", .plain) { .integer($0.rank.new) },
    Column("scaling", .significant(6)) { .number($0.scaling) },
    Column("folded", .significant(6)) { .number($0.folded) },
    Column("rounded", .grouped) { .integer($0.roundedCount) },
  ]
}

extension ConversionReport {
  /// What the conversion of a checkpoint did.
  static func checkpoint(
    _ summary: Convert.Summary, output: String, since started: ContinuousClock.Instant
  ) -> Report {
    var report = Report()
    report.add("output", "output", .text(output))
    report.add("tensors_copied", "tensors copied", .count(summary.copied))
    report.add("tensors_widened", "tensors widened exactly", .count(summary.widened))
    report.add("tensors_rounded", "tensors rounded", .count(summary.rounded))
    report.add("bytes", "tensor data read", .bytes(summary.bytes))
    report.add("fingerprint", "fingerprint", .text(summary.result.description))
    report.add("seconds", "time", .elapsed(since: started))
    return report
  }
}
