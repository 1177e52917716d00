import Reports
import Spectra
import Tensors

/// What an extraction kept, matrix by matrix, and what it left out.
struct ExtractionReport {
  let report: Report
  /// What a person should know about the result.
  let warnings: [String]

  init(_ extraction: Extraction, output: String, since started: ContinuousClock.Instant) {
    var report = Report()
    report.add("output", "output", .text(output))
    report.add("matrices", "matrices", .count(extraction.matrices.count))
    report.add("parameters", "parameters", .count(extraction.parameterCount))
    report.add("error", "error", Quantity(.number(extraction.error), .significant(4)))
    report.add("unchanged", "tensors unchanged", .count(extraction.unchangedCount))
    report.add("stored_whole", "tensors stored whole", .count(extraction.whole.count))
    report.add("left_out_count", "tensors left out", .count(extraction.leftOut.count))
    report.add(
      "base_fingerprint", "base fingerprint", .text(extraction.baseFingerprint.description))
    report.add("seconds", "time", .elapsed(since: started))
    report.add("tensors", Table(extraction.matrices, columns: Self.columns))
    report.add(detail: "whole", .array(extraction.whole.map(JSONTree.text)))
    report.add("left_out", Self.table(of: extraction.leftOut))
    self.report = report
    warnings = Self.warnings(extraction)
  }

  private static let columns: [Column<ExtractedMatrix>] = [
    Column("tensor") { $0.entry.name },
    Column("shape", .plain) { .list($0.entry.shape.dimensions.map(Value.integer)) },
    Column("rank", .plain) { .integer($0.rank) },
    Column("norm", .significant(4)) { .number($0.norm) },
    Column("error", .significant(4)) { .number($0.error) },
    Column("least_error", .significant(4)) { .number($0.leastError) },
    Column("method") { $0.method.rawValue },
    Column("seconds", .significant(3)) { .number($0.seconds) },
  ]

  private static func table(of tensors: [LeftOutTensor]) -> Table {
    Table(
      tensors,
      columns: [
        Column("left_out") { $0.name },
        Column("reason") { $0.reason.rawValue },
      ])
  }

  private static func warnings(_ extraction: Extraction) -> [String] {
    guard let first = extraction.leftOut.first else { return [] }
    let count = extraction.leftOut.count
    return [
      "\(count) changed tensor\(count == 1 ? " is" : "s are") left out, so that base and adapter "
        + "are not the tuned model; the first is \"\(escaped(first.name))\", \(first.reason.rawValue)"
    ]
  }
}
