import Adapters
import ArgumentParser
import Containers
import Merging
import Reports
import Tensors

/// Joins the files that `verify` names to the comparison.
struct VerificationSession {
  let file: String
  let threads: ThreadsOption
  let report: ReportOptions

  /// Computes the merge again from its base and compares every bit.
  func compare(withBase path: String, adapters: [WeightedAdapterArgument]) throws {
    let started = ContinuousClock.now
    let merged = try Checkpoint.open(file)
    let base = try Checkpoint.open(path)
    let progress = ProgressLine(
      "verifying", total: base.dataSize, format: .binaryBytes,
      quiet: report.quiet)
    var verify = Verify(
      merged, against: base, steps: try steps(of: merged, given: adapters), threads: threads.count)
    verify.onProgress = { progress.advance(by: $0) }
    let differences = try verify.run()
    progress.finish()
    var result = Report()
    result.add("file", "file", .text(file))
    result.add("equal", "equal", Quantity(.flag(differences.isEmpty)))
    result.add("tensors", "tensors compared", .count(base.tensors.count))
    result.add("tensors_different", "tensors different", .count(differences.count))
    result.add("seconds", "time", .elapsed(since: started))
    try report.show(result)
    guard differences.isEmpty else {
      throw ErrorList(
        differences.map { difference in
          AdapterError.different(
            file: file, name: difference.tensor,
            problem: "\(difference.count) elements differ, the first is \(difference.first)")
        })
    }
  }

  private func steps(
    of merged: Checkpoint, given: [WeightedAdapterArgument]
  ) throws -> [Verify.Step] {
    if let state = try MergedState(metadata: merged.metadata, file: merged.path) {
      let adapters = try MergedAdapters.open(state, given: given, file: merged.path)
      return zip(adapters, state.steps).map { ($0, $1.options) }
    }
    guard !given.isEmpty else {
      throw ValidationError(
        "\(escaped(file)) has no record of its adapters; name them with --adapter")
    }
    return [(try given.map { try $0.open() }, MergeOptions())]
  }

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
