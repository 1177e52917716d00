import Adapters
import Containers
import Merging
import Reports
import Tensors

/// Joins the files that `merge`, `unmerge` and `swap` name to the work in `Merging`.
struct MergingSession {
  let output: EditedOutputOptions
  /// Write a remainder, and where; nil for the usual place.
  var isReversible = false
  var newRemainder: String?
  /// Bytes of a shard; nil keeps the shards as they are.
  var shardSize: Int?
  var options = MergeOptions()
  /// Merge although an adapter was trained on another base.
  var takesAnyBase = false
  /// The part of each adapter that is taken; nil for the whole.
  var part: ModelPart?
  let threads: ThreadsOption
  let report: ReportOptions

  func merge(
    _ adapters: [WeightedAdapterArgument], into path: String, initial: [String]
  ) throws {
    let started = ContinuousClock.now
    let opened = try open(adapters)
    let (base, target) = try source(path)
    let progress = progressLine("merging", base)
    var merge = Merge(opened, into: base, to: try editOutput(like: base, target, progress))
    merge.options = options
    merge.isReversible = isReversible
    merge.remainder = newRemainder
    merge.ignoresBaseFingerprint = takesAnyBase
    merge.initialAdapters = try initial.map(AdapterFile.open)
    let summary = try merge.run()
    progress.finish()
    try show(summary, opened, in: path, since: started)
  }

  func unmerge(_ path: String, origin: MergedOriginOptions, only: [String]) throws {
    let started = ContinuousClock.now
    let (merged, target) = try source(path)
    try checkBase(origin, isNot: target)
    let method = try method(for: merged, origin, only: only)
    let progress = progressLine("unmerging", merged)
    let unmerge = Unmerge(merged, by: method, to: try editOutput(like: merged, target, progress))
    let fingerprints = try unmerge.run()
    progress.finish()
    try report.show(
      MergeReport.unmerged(
        merged, isExact: !origin.approximate, result: fingerprints.result,
        output: output.path ?? path, since: started),
      besideOutputOnStdout: output.isStandardOutput)
  }

  func swap(
    _ path: String, for adapters: [WeightedAdapterArgument], origin: MergedOriginOptions
  ) throws {
    let started = ContinuousClock.now
    let opened = try open(adapters)
    let (merged, target) = try source(path)
    try checkBase(origin, isNot: target)
    let method = try method(for: merged, origin)
    let progress = progressLine("swapping", merged)
    var swap = Swap(
      opened, into: merged, by: method, to: try editOutput(like: merged, target, progress))
    swap.options = options
    swap.isReversible = isReversible
    swap.remainder = newRemainder
    swap.ignoresBaseFingerprint = takesAnyBase
    let summary = try swap.run()
    progress.finish()
    try show(summary, opened, in: path, since: started)
  }

  // MARK: Parts

  /// The checkpoint to read, and to change if that is asked for.
  private func source(_ path: String) throws -> (Checkpoint, InPlaceTarget?) {
    guard output.inPlace else { return (try Checkpoint.open(path), nil) }
    let target = try RecoverySession(force: output.force, threads: threads, report: report)
      .openRecovered(path)
    return (target.checkpoint, target)
  }

  private func checkBase(_ origin: MergedOriginOptions, isNot target: InPlaceTarget?) throws {
    if let base = origin.base { try target?.checkIsNot(base) }
  }

  private func open(_ adapters: [WeightedAdapterArgument]) throws -> [WeightedAdapter] {
    var errors: [any ReportableError] = []
    var opened: [WeightedAdapter] = []
    for argument in adapters {
      do {
        opened.append(try argument.open(part: part))
      } catch let error as any ReportableError {
        errors.append(error)
      }
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    return opened
  }

  private func method(
    for merged: Checkpoint, _ origin: MergedOriginOptions, only: [String] = []
  ) throws -> UnmergeMethod {
    if let base = origin.base { return .base(try Checkpoint.open(base)) }
    guard let state = try MergedState(metadata: merged.metadata, file: merged.path) else {
      throw AdapterError.mismatch(
        file: merged.path, problem: "has no record of a merge; lora takes out what lora merged")
    }
    let steps = try MergedAdapters.open(state, given: origin.adapters, file: merged.path)
    guard !origin.approximate else { return .approximate(steps) }
    let taken = only.isEmpty ? nil : try MergedAdapters.steps(of: state, with: only)
    return .remainder(StepUnwinding(steps, taking: taken, remainders: origin.remainders))
  }

  private func editOutput(
    like checkpoint: Checkpoint, _ target: InPlaceTarget?, _ progress: ProgressLine
  ) throws -> EditOutput {
    if let target {
      var result = EditOutput(changing: target, threads: threads.count, force: output.force)
      result.onProgress = { progress.advance(by: $0) }
      if let size = JournalRing.requestedSize { result.ringSize = size }
      return result
    }
    return try output.checkpointOutput(
      like: checkpoint, shardSize: shardSize, threads: threads, progress: progress)
  }

  private func progressLine(_ label: String, _ checkpoint: Checkpoint) -> ProgressLine {
    ProgressLine(
      label, total: checkpoint.dataSize, format: .binaryBytes, quiet: report.quiet)
  }

  private func show(
    _ summary: MergeSummary, _ adapters: [WeightedAdapter], in path: String,
    since started: ContinuousClock.Instant
  ) throws {
    let result = MergeReport(
      summary, adapters: adapters, output: output.path ?? path, since: started)
    for note in summary.notes + result.warnings { Warnings.say(note) }
    try report.show(result.report, besideOutputOnStdout: output.isStandardOutput)
  }
}
