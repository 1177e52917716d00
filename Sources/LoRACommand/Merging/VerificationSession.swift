import Adapters
import ArgumentParser
import Containers
import Merging
import Reports
import Tensors

/// Holds a file against its own record of merges, or against a fingerprint.
struct VerificationSession {
  let file: String
  let threads: ThreadsOption
  let report: ReportOptions

  /// Computes what the file's record says again from its base, and compares every bit.
  func compareWithRecord(base path: String) throws {
    let started = ContinuousClock.now
    let merged = try Checkpoint.open(file)
    guard let state = try MergedState(metadata: merged.metadata, file: merged.path) else {
      throw ValidationError(
        "\(escaped(file)) has no record of its adapters; name them with --adapter, or with --among "
          + "to ask which are in it")
    }
    let adapters = try MergedAdapters.open(state, given: [], file: merged.path)
    let base = try Checkpoint.open(path)
    let progress = ProgressLine(
      "verifying", total: base.dataSize, format: .binaryBytes, quiet: report.quiet)
    var verify = Verify(
      merged, against: base, steps: zip(adapters, state.steps).map { ($0, $1.options) },
      threads: threads.count)
    verify.onProgress = { progress.advance(by: $0) }
    let differences = try verify.run()
    progress.finish()
    var result = Report()
    result.add("file", "file", .text(file))
    result.add("equal", "equal", Quantity(.flag(differences.isEmpty)))
    result.add("tensors", "tensors compared", .count(base.tensors.count))
    result.add("tensors_different", "tensors different", .count(differences.count))
    result.add("seconds", "time", .elapsed(since: started))
    result.add("different", Table(differences, columns: Self.columns))
    try report.show(result)
    if !differences.isEmpty { throw FailureCategory.different.exitCode }
  }

  private static let columns: [Column<ComparisonSink.Difference>] = [
    Column("tensor") { $0.tensor },
    Column("differing", .grouped) { .integer($0.count) },
    Column("first", .grouped) { .integer($0.first) },
  ]

  /// Holds the file's tensors against its own record, or against a given fingerprint.
  func checkFingerprint(_ given: String?) throws {
    let started = ContinuousClock.now
    let checkpoint = try Checkpoint.open(file)
    let wanted = try wantedFingerprint(of: checkpoint, given)
    let found = try checkpoint.fingerprint(threads: threads.count)
    var result = Report()
    result.add("file", "file", .text(file))
    result.add("equal", "equal", Quantity(.flag(found == wanted)))
    result.add("expected_fingerprint", "expected fingerprint", .text(wanted.description))
    result.add("fingerprint", "fingerprint", .text(found.description))
    result.add("seconds", "time", .elapsed(since: started))
    try report.show(result)
    guard found == wanted else {
      throw AdapterError.differentFingerprint(file: file, expected: wanted, found: found)
    }
  }

  private func wantedFingerprint(of checkpoint: Checkpoint, _ given: String?) throws -> Fingerprint
  {
    if let given {
      guard let fingerprint = Fingerprint(given) else {
        throw ValidationError("--fingerprint: expected 32 hex digits, found \"\(escaped(given))\"")
      }
      return fingerprint
    }
    let state = try MergedState(metadata: checkpoint.metadata, file: file)
    guard let wanted = state?.result else {
      throw ValidationError(
        "\(escaped(file)) records no fingerprint; give --base or --fingerprint")
    }
    return wanted
  }
}
