import Adapters
import Containers
import Reports
import Spectra
import Tensors

/// Joins the files that `diff` names to the comparison.
struct ComparisonSession {
  let tolerance: Double
  let listsAll: Bool
  /// Whether adapters are compared as files of tensors.
  let isStored: Bool
  let threads: ThreadsOption
  let report: ReportOptions

  /// Compares, reports, and ends with the answer.
  ///
  /// - Throws: `ExitCode` 1 when the two differ.
  func compare(_ first: String, _ second: String) throws {
    let started = ContinuousClock.now
    let areAdapters = isStored ? (false, false) : (isAdapter(first), isAdapter(second))
    guard areAdapters.0 == areAdapters.1 else {
      throw AdapterError.mismatch(
        file: areAdapters.0 ? second : first,
        problem: "is a checkpoint, and \(escaped(areAdapters.0 ? first : second)) an adapter; "
          + "compare two of a kind, or the stored tensors with --stored")
    }
    let (tensors, overlap) =
      areAdapters.0
      ? try comparedAdapters(first, second) : (try comparedCheckpoints(first, second), nil)
    let differing = tensors.filter { !$0.isEqual }
    var facts = Report()
    facts.add("first", "first", .text(first))
    facts.add("second", "second", .text(second))
    facts.add("equal", "equal", Quantity(.flag(differing.isEmpty)))
    facts.add("compared", "compared", .count(tensors.count))
    facts.add("different", "different", .count(differing.count))
    let otherBits = tensors.count { $0.verdict == .otherBits }
    facts.add("other_bits", "equal in other bits", .count(otherBits))
    facts.add("seconds", "time", .elapsed(since: started))
    facts.add(detail: "tensors", Table(tensors, columns: Self.columns).json)
    let shown = listsAll ? tensors : tensors.filter { $0.verdict != .equal }
    if !shown.isEmpty { facts.add(nil, Table(shown, columns: Self.columns)) }
    if let one = differing.first {
      let more = differing.count > 1 ? "; \(differing.count - 1) more differ" : ""
      let name = "\(escaped(second)): \(escaped(one.name)) "
      facts.add(note: name + Self.sentence(one, first) + more)
    }
    if let overlap {
      facts.add(
        "overlap", title: "side by side",
        OverlapReport(overlap: overlap, listsAll: listsAll).report)
    }
    try report.show(facts)
    if !differing.isEmpty { throw FailureCategory.different.exitCode }
  }

  private func comparedAdapters(
    _ first: String, _ second: String
  ) throws -> ([ComparedTensor], AdapterOverlap?) {
    try LinearAlgebra.open()
    let adapters = (try AdapterFile.open(first), try AdapterFile.open(second))
    var comparison = AdapterComparison(adapters.0, adapters.1)
    comparison.tolerance = tolerance
    let tensors = try comparison.run()
    return (tensors, try AdapterOverlap(adapters.0, adapters.1, threads: threads.count))
  }

  private func comparedCheckpoints(
    _ first: String, _ second: String
  ) throws -> [ComparedTensor] {
    let checkpoints = (try Checkpoint.open(stored(first)), try Checkpoint.open(stored(second)))
    let progress = ProgressLine(
      "comparing", total: checkpoints.0.dataSize, format: .binaryBytes, quiet: report.quiet)
    var comparison = CheckpointComparison(
      CheckpointPair(checkpoints.0, checkpoints.1, threads: threads.count))
    comparison.tolerance = tolerance
    comparison.onProgress = { progress.advance(by: $0) }
    let result = try comparison.run()
    progress.finish()
    return result
  }

  /// The tensors' file of an adapter's folder, where adapters are compared as files.
  private func stored(_ path: String) throws -> String {
    guard isStored, AdapterFile.isFolder(path) else { return path }
    return try AdapterFile.tensorsPath(inFolder: path)
  }

  private func isAdapter(_ path: String) -> Bool {
    path != "-" && AdapterFile.exists(at: path)
  }

  private static func sentence(_ tensor: ComparedTensor, _ first: String) -> String {
    switch tensor.verdict {
    case .equal, .otherBits: "is equal"
    case .onlyInFirst: "is missing here, and \(escaped(first)) has it"
    case .onlyInSecond: "is missing in \(escaped(first))"
    case .otherForm:
      "is \(tensor.forms.second ?? "") here, and \(tensor.forms.first ?? "") in \(escaped(first))"
    case .different:
      if let count = tensor.differingCount, let all = tensor.elementCount {
        "\(count) of \(all) elements differ from those in \(escaped(first))"
      } else {
        "differs from that in \(escaped(first))"
      }
    }
  }

  private static let columns: [Column<ComparedTensor>] = [
    Column("tensor") { $0.name },
    Column("verdict") { $0.verdict.rawValue },
    Column("first", .plain, alignment: .left) { .text(orMissing: $0.forms.first) },
    Column("second", .plain, alignment: .left) { .text(orMissing: $0.forms.second) },
    Column("differing", .grouped) { .integer(orMissing: $0.differingCount) },
    Column("other_bits", .grouped) { .integer(orMissing: $0.otherBitsCount) },
    Column("elements", .grouped) { .integer(orMissing: $0.elementCount) },
    Column("max", .significant(4)) { $0.maximum.map(Value.number) ?? .missing },
    Column("relative", .significant(4)) { $0.relative.map(Value.number) ?? .missing },
  ]
}
