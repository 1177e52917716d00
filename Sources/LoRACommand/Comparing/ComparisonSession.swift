import Adapters
import Containers
import Reports
import Spectra
import Tensors

/// Joins the files that `diff` names to the comparison.
struct ComparisonSession {
  let tolerance: Double
  let listsAll: Bool
  let threads: ThreadsOption
  let report: ReportOptions

  /// Compares, reports, and throws when the two differ.
  ///
  /// - Throws: `AdapterError.different` for the first difference, which is exit status 1.
  func compare(_ first: String, _ second: String) throws {
    let started = ContinuousClock.now
    let tensors = try compared(first, second)
    let differing = tensors.filter { !$0.isEqual }
    let shown = listsAll ? tensors : tensors.filter { $0.verdict != .equal }
    var facts = Report()
    facts.add("equal", "equal", Quantity(.flag(differing.isEmpty)))
    facts.add("compared", "compared", .count(tensors.count))
    facts.add("different", "different", .count(differing.count))
    let otherBits = tensors.count { $0.verdict == .otherBits }
    facts.add("other_bits", "equal in other bits", .count(otherBits))
    facts.add("seconds", "time", .elapsed(since: started))
    facts.add(detail: "tensors", Table(tensors, columns: Self.columns).json)
    facts.add(nil, Table(shown, columns: Self.columns))
    try report.show(facts)
    guard let one = differing.first else { return }
    throw AdapterError.different(
      file: second, name: one.name,
      problem: Self.sentence(one, first)
        + (differing.count > 1 ? "; \(differing.count - 1) more differ" : ""))
  }

  private func compared(_ first: String, _ second: String) throws -> [ComparedTensor] {
    let areAdapters = (isAdapter(first), isAdapter(second))
    guard areAdapters.0 == areAdapters.1 else {
      throw AdapterError.mismatch(
        file: areAdapters.0 ? second : first,
        problem: "is a checkpoint, and \(escaped(areAdapters.0 ? first : second)) an adapter; "
          + "compare two of a kind")
    }
    if areAdapters.0 {
      try LinearAlgebra.open()
      var comparison = AdapterComparison(
        try AdapterFile.open(first), try AdapterFile.open(second))
      comparison.tolerance = tolerance
      return try comparison.run()
    }
    let checkpoints = (try Checkpoint.open(first), try Checkpoint.open(second))
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
