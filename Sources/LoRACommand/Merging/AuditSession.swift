import Adapters
import ArgumentParser
import Containers
import Merging
import Reports
import Tensors

/// Joins the files that `verify` names to the audit of a merge.
struct AuditSession {
  let file: String
  let base: String
  /// Whether modules that hold the adapters are listed too.
  let listsAll: Bool
  let threads: ThreadsOption
  let report: ReportOptions

  /// Asks whether the adapters, all together, are in the file, and ends with the answer.
  ///
  /// - Throws: `ExitCode` 1 when they are not, 2 when that cannot be told.
  func audit(_ given: [WeightedAdapterArgument], initial: [String]) throws {
    let started = ContinuousClock.now
    let (merged, base) = (try Checkpoint.open(file), try Checkpoint.open(base))
    let adapters = try given.map { try $0.open() }
    let completed = try InitialAdapters(
      adapters, initial: try initial.map(AdapterFile.open), isIgnored: false
    ).completed()
    let finding = try audited(completed, merged, base)
    for note in finding.notes { Warnings.say(note) }
    try report.show(
      AuditReport(
        finding, file: file, base: self.base, listsAll: listsAll, since: started
      ).report)
    if let code = finding.answer.category?.exitCode { throw code }
  }

  /// Asks which of the adapters are in the file, and ends with the answer.
  ///
  /// - Throws: `ExitCode` 1 when none is, or when they are not all that is; 2 when that cannot be
  ///   told.
  func search(among given: [WeightedAdapterArgument]) throws {
    let started = ContinuousClock.now
    let (merged, base) = (try Checkpoint.open(file), try Checkpoint.open(base))
    let search = MemberSearch(
      of: merged, against: base, among: try given.map { try $0.open() }, threads: threads.count)
    let found = try search.run()
    try report.show(
      AuditReport(
        found.audit, file: file, base: self.base, listsAll: listsAll, since: started
      ).report(of: found))
    if let code = found.audit.answer.category?.exitCode { throw code }
  }

  private func audited(
    _ adapters: [WeightedAdapter], _ merged: Checkpoint, _ base: Checkpoint
  ) throws -> AuditFinding {
    let progress = ProgressLine(
      "verifying", total: base.dataSize, format: .binaryBytes, quiet: report.quiet)
    defer { progress.finish() }
    var audit = MergeAudit(of: merged, against: base, adapters, threads: threads.count)
    audit.onProgress = { progress.advance(by: $0) }
    return try audit.run()
  }
}

extension AuditFinding.Answer {
  /// How the command ends; nil for success.
  fileprivate var category: FailureCategory? {
    switch self {
    case .holds: nil
    case .doesNotHold: .different
    case .undecided: .undecided
    }
  }
}

extension FailureCategory {
  /// An end that needs no words beside the report.
  var exitCode: ExitCode { ExitCode(rawValue) }
}
