import Adapters
import Containers
import Reports
import Tensors

/// Joins the files that `merge`, `unmerge` and `swap` name to the work in `Adapters`.
struct MergingSession {
  let output: OutputOptionsGroup
  let threads: ThreadsOption
  let report: ReportOptions

  func merge(
    _ adapters: [WeightedAdapterArgument], into path: String, anyBase: Bool
  ) throws {
    let started = ContinuousClock.now
    let opened = try open(adapters)
    let base = try Checkpoint.open(path)
    let progress = progressLine("merging", base)
    var merge = Merge(
      opened, into: base, to: CheckpointDestination(output.output, like: base), settings: settings)
    merge.ignoresBaseFingerprint = anyBase
    merge.onProgress = { progress.advance(by: $0) }
    let summary = try merge.run()
    progress.finish()
    try show(
      MergeReport(summary, adapters: opened, output: output.output, since: started).report,
      notes: summary.notes)
  }

  func unmerge(_ path: String, origin: MergedOriginOptions) throws {
    let started = ContinuousClock.now
    let merged = try Checkpoint.open(path)
    let method: Unmerge.Method
    if let base = origin.base {
      method = .base(try Checkpoint.open(base))
    } else {
      method = .approximate(try mergedAdapters(of: merged, origin))
    }
    let progress = progressLine("unmerging", merged)
    var unmerge = Unmerge(
      merged, by: method, to: CheckpointDestination(output.output, like: merged),
      settings: settings)
    unmerge.onProgress = { progress.advance(by: $0) }
    let fingerprints = try unmerge.run()
    progress.finish()
    try show(
      MergeReport.unmerged(
        merged, isExact: origin.base != nil, result: fingerprints.result, output: output.output,
        since: started),
      notes: [])
  }

  func swap(
    _ path: String, for adapters: [WeightedAdapterArgument], origin: MergedOriginOptions,
    anyBase: Bool
  ) throws {
    let started = ContinuousClock.now
    let opened = try open(adapters)
    let merged = try Checkpoint.open(path)
    let method: Swap.Method
    if let base = origin.base {
      method = .base(try Checkpoint.open(base))
    } else {
      method = .approximate(try mergedAdapters(of: merged, origin))
    }
    let progress = progressLine("swapping", merged)
    var swap = Swap(
      opened, into: merged, by: method, to: CheckpointDestination(output.output, like: merged),
      settings: settings)
    swap.ignoresBaseFingerprint = anyBase
    swap.onProgress = { progress.advance(by: $0) }
    let summary = try swap.run()
    progress.finish()
    try show(
      MergeReport(summary, adapters: opened, output: output.output, since: started).report,
      notes: summary.notes)
  }

  // MARK: Parts

  private var settings: CheckpointWriter.Settings {
    CheckpointWriter.Settings(
      output: output.containerOptions, compression: output.compresses ? .blockedGzip : .none,
      threads: threads.count)
  }

  private func open(_ adapters: [WeightedAdapterArgument]) throws -> [WeightedAdapter] {
    var errors: [any ReportableError] = []
    var opened: [WeightedAdapter] = []
    for argument in adapters {
      do {
        opened.append(try argument.open())
      } catch let error as any ReportableError {
        errors.append(error)
      }
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    return opened
  }

  private func mergedAdapters(
    of merged: Checkpoint, _ origin: MergedOriginOptions
  ) throws -> [[WeightedAdapter]] {
    guard let state = try MergedState(metadata: merged.metadata, file: merged.path) else {
      throw AdapterError.mismatch(
        file: merged.path, problem: "has no record of a merge; lora takes out what lora merged")
    }
    return try MergedAdapters.open(state, given: origin.adapters, file: merged.path)
  }

  private func progressLine(_ label: String, _ checkpoint: Checkpoint) -> ProgressLine {
    ProgressLine(
      label, total: checkpoint.dataSize, format: .binaryBytes,
      quiet: report.quiet)
  }

  private func show(_ report: Report, notes: [String]) throws {
    for note in notes { Warnings.say(note) }
    try self.report.show(report, besideOutputOnStdout: output.isStandardOutput)
  }
}
