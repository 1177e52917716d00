import Kernels
import Merging
import Reports
import Tensors

/// What a quantization or its opposite did, as facts.
enum QuantizationReport {
  static func quantized(
    _ summary: QuantizationSummary, output: String, since started: ContinuousClock.Instant
  ) -> Report {
    var report = Report()
    let scheme = summary.scheme
    let isRows = scheme.format == .int8
    report.add("output", "output", .text(output))
    report.add("format", "format", .text(scheme.format.rawValue))
    report.add(
      "block", "weights to a scale", Quantity(isRows ? .missing : .integer(scheme.blockSize)))
    report.add("double_quant", "scales quantized", Quantity(.flag(scheme.isDouble)))
    report.add("tensors_quantized", "tensors quantized", .count(summary.tensors.count))
    report.add("tensors_copied", "tensors copied", .count(summary.copied))
    report.add("bytes_before", "bytes before", .bytes(summary.bytesBefore))
    report.add("bytes_after", "bytes after", .bytes(summary.bytesAfter))
    report.add(
      "ratio", "smaller by",
      .ratio(Double(summary.bytesBefore) / Double(max(1, summary.bytesAfter))))
    add(summary.error, to: &report)
    report.add("fingerprint", "fingerprint", .text(summary.result.description))
    report.add("seconds", "time", .elapsed(since: started))
    let table = Table(summary.tensors, columns: columns)
    report.add(detail: "tensors", table.json)
    report.add(nil, table)
    return report
  }

  private static func add(_ error: ApproximationError, to report: inout Report) {
    report.add("rmse", "root mean square error", .number(error.rootMeanSquare))
    report.add("max_error", "largest error", .number(error.largest))
    report.add(
      "snr_db", "signal to noise, dB",
      Quantity(decibels(error), .significant(4)))
  }

  private static func decibels(_ error: ApproximationError) -> Value {
    error.signalToNoise.map { .number(DecibelScale.value(of: $0)) } ?? .missing
  }

  private static let columns: [Column<QuantizedSummary>] = [
    Column("tensor") { escaped($0.name, inQuotes: false) },
    Column("shape") { $0.shape.description },
    Column("bytes_before", .binaryBytes) { .integer($0.bytesBefore) },
    Column("bytes_after", .binaryBytes) { .integer($0.bytesAfter) },
    Column("rmse", .significant(4)) { .number($0.error.rootMeanSquare) },
    Column("max_error", .significant(4)) { .number($0.error.largest) },
    Column("snr_db", label: "SNR, dB", .significant(4)) { decibels($0.error) },
  ]

  static func dequantized(
    _ summary: Dequantize.Summary, output: String, since started: ContinuousClock.Instant
  ) -> Report {
    var report = Report()
    report.add("output", "output", .text(output))
    report.add("tensors_dequantized", "tensors written out", .count(summary.tensors.count))
    report.add("tensors_copied", "tensors copied", .count(summary.copied))
    report.add("bytes_before", "bytes before", .bytes(summary.bytesBefore))
    report.add("bytes_after", "bytes after", .bytes(summary.bytesAfter))
    report.add("fingerprint", "fingerprint", .text(summary.result.description))
    report.add("seconds", "time", .elapsed(since: started))
    return report
  }
}
