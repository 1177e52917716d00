import Merging
import Reports
import Tensors

/// How much of an inspection is told.
package enum InspectionDetail: Sendable {
  /// Facts and totals.
  case summary
  /// Tensors as well; in text, alike ones of many layers together when there are many.
  case grouped
  /// Every tensor.
  case all
}

extension Inspection {
  /// The inspection as a report: facts, what an adapter or a merge is, totals by dtype, tensors.
  package func report(_ detail: InspectionDetail) -> Report {
    var report = Report()
    report.add(detail: "path", .text(path))
    report.add("kind", "kind", .text(kind.rawValue))
    report.add("form", "form", .text(form.rawValue))
    report.add("compression", "compression", Quantity(.text(orMissing: compression)))
    report.add("file_bytes", "on disk", Quantity(.integer(orMissing: fileSize), .bytesInFull))
    report.add("bytes", "tensor data", Quantity(.integer(byteCount), .bytesInFull))
    report.add("tensor_count", "tensors", .count(tensors.count))
    report.add(
      "parameters", "parameters", Quantity(.integer(orMissing: parameterCount), .grouped))
    if let adapter { report.add("adapter", title: "adapter", adapter.report(detail)) }
    let quantized = QuantizedWeights(tensors, layouts)
    if !quantized.counts.isEmpty {
      report.add("quantized", title: "quantized", quantized.report)
    }
    if let merged { report.add("merged", title: "merged into it", merged.report) }
    if let check { report.add("check", title: "check", check.report) }
    if let audit { report.add("audit", title: "audit", audit.report(detail)) }
    addMetadata(to: &report)
    report.add("totals", Table(DTypeTotal.totals(of: tensors), columns: DTypeTotal.columns))
    addTensors(to: &report, detail)
    return report
  }

  private func addMetadata(to report: inout Report) {
    report.add(
      detail: "metadata",
      .object(metadata.map { JSONTree.Member($0.key, .text($0.value)) }))
    // What is ours is told as an adapter or a merge above.
    let foreign = metadata.filter { !$0.key.hasPrefix("lora.") }
    var shown = Report()
    for (key, value) in foreign {
      let start = value.prefix(60)
      shown.add(key, key, .text(start.endIndex < value.endIndex ? start + "…" : value))
    }
    if !foreign.isEmpty { report.add(nil, title: "metadata", shown) }
  }

  /// Up to this many tensors are listed one by one without being asked for.
  private static let longestListing = 40

  private func addTensors(to report: inout Report, _ detail: InspectionDetail) {
    if detail == .summary { return }
    report.add(detail: "tensors", Table(tensors, columns: Self.jsonColumns).json)
    if detail == .grouped, tensors.count > Self.longestListing {
      report.add(nil, Table(TensorGroup.groups(of: tensors), columns: Self.groupColumns))
    } else {
      report.add(nil, Table(tensors, columns: Self.textColumns))
    }
  }

  private static let jsonColumns: [Column<InspectedTensor>] = [
    Column("name") { $0.name },
    Column("dtype") { $0.type.rawValue },
    Column("shape", .plain) { .list($0.shape.dimensions.map(Value.integer)) },
    Column("bytes", .plain) { .integer($0.byteCount) },
    Column("file", .plain) { .text(orMissing: $0.shard) },
  ]

  private static let textColumns: [Column<InspectedTensor>] = [
    Column("tensor") { $0.name },
    Column("dtype") { $0.type.rawValue },
    Column("shape") { $0.shape.description },
    Column("bytes", .binaryBytes) { .integer($0.byteCount) },
  ]

  private static let groupColumns: [Column<TensorGroup>] = [
    Column("tensor") { $0.name },
    Column("count", .grouped) { .integer($0.count) },
    Column("dtype") { $0.type.rawValue },
    Column("shape") { $0.shape.description },
    Column("bytes", .binaryBytes) { .integer($0.byteCount) },
  ]
}

extension MergedSummary {
  var report: Report {
    var report = Report()
    report.add("base_fingerprint", "base", Quantity(.text(orMissing: baseFingerprint)))
    report.add(
      "adapters",
      Table(
        parts,
        columns: [
          Column("path") { $0.path },
          Column("weight", .significant(6)) { .number($0.weight) },
          Column("fingerprint") { $0.fingerprint },
        ]))
    if !remainders.isEmpty {
      report.add("remainders", Table(remainders, columns: Self.remainderColumns))
    }
    return report
  }
}

extension MergedSummary {
  private static let remainderColumns: [Column<RemainderSummary>] = [
    Column("remainder") { $0.path },
    Column("bytes", .binaryBytes) { .integer(orMissing: $0.byteCount) },
    Column("share", .percent) { .number(orMissing: $0.share) },
  ]
}

extension ContentCheck {
  var report: Report {
    var report = Report()
    report.add("read_bytes", "read and whole", Quantity(.integer(byteCount), .bytesInFull))
    report.add("fingerprint", "fingerprint", .text(fingerprint.description))
    let total = nonFinite.reduce(0) { $0 + $1.count }
    report.add("non_finite_count", "infinite or NaN", .count(total))
    report.add(
      "non_finite",
      Table(
        nonFinite,
        columns: [
          Column("tensor") { $0.tensor },
          Column("count", .grouped) { .integer($0.count) },
        ]))
    return report
  }
}
