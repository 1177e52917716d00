import Adapters
import Containers
import Tensors

/// Exchanges what is merged into a checkpoint for other adapters, in one pass.
///
/// With the base the result is that of a direct merge, bit for bit. Without it the old adapters are
/// subtracted in the same chain that adds the new ones.
package struct Swap: Sendable {
  package let merged: Checkpoint
  package let adapters: [WeightedAdapter]
  package let method: UnmergeMethod
  package let output: EditOutput
  package var options = MergeOptions()
  /// Merge although an adapter was trained on another base.
  package var ignoresBaseFingerprint = false

  /// Write a remainder also when the base is read; by remainders a swap always leaves one.
  package var isReversible = false
  /// Where the new remainder goes; nil for beside the result, or in its folder.
  package var remainder: String?

  package init(
    _ adapters: [WeightedAdapter], into merged: Checkpoint, by method: UnmergeMethod,
    to output: EditOutput
  ) {
    self.merged = merged
    self.adapters = adapters
    self.method = method
    self.output = output
  }

  /// Checks, writes and publishes.
  ///
  /// - Throws: As `Unmerge.run` and `Merge.run`.
  package func run() throws -> MergeSummary {
    let record = try MergedRecord(of: merged, otherwise: "use lora merge to add an adapter")
    // What is merged goes, so that only the new adapters can lie under one another.
    try UnderlyingAdaptersGuard(onto: merged.path, merged: [], isIgnored: ignoresBaseFingerprint)
      .check(adapters)
    switch method {
    case .base(let base):
      return try swap(record, with: base)
    case .remainder(let unwinding):
      return try swap(record, after: unwinding)
    case .approximate(let steps):
      return try swap(record, subtracting: steps)
    }
  }

  private func swap(_ record: MergedRecord, with base: Checkpoint) throws -> MergeSummary {
    var merge = try PlannedMerge(adapters, into: base, options, to: output)
    var state = MergedState(
      base: record.state.base, steps: [MergedState.Step(adapters, options)])
    let edit = try merge.edit(
      like: record.layout(from: base, to: output.destination),
      keeping: isReversible ? .remainder(at: remainder) : .none,
      with: CheckpointEdit.Attachments(recipe: recipe), in: &state)
    let fingerprints = try edit.run(state: state) { found in
      try record.checkBase(found.source, of: base)
      try guardian(base, nil).check(found.source)
      return found.source
    }
    return merge.summary(fingerprints)
  }

  private func swap(
    _ record: MergedRecord, after unwinding: StepUnwinding
  ) throws -> MergeSummary {
    if let base = record.state.base { try guardian(merged, record.state).check(base) }
    if record.state.steps.contains(where: { $0.quantized != nil }) || options.quantized != nil {
      throw AdapterError.unsupported(
        file: merged.path, what: "adapters in quantized weights are exchanged from the base",
        remedy: "give --base")
    }
    var work = try unwinding.work(on: record, output: output)
    var merge = try PlannedMerge(
      adapters, into: merged, options, to: output, after: work.transforms)
    work.state.steps.append(MergedState.Step(adapters, options))
    let edit = try merge.edit(
      like: merged, keeping: .remainder(at: remainder),
      with: CheckpointEdit.Attachments(
        sideFiles: work.sideFiles, recordings: work.recordings, recipe: recipe),
      in: &work.state)
    let fingerprints = try edit.run(state: work.state) { found in
      try record.checkResult(found.source)
      try work.checkRestored()
      return record.state.base
    }
    return merge.summary((record.state.base ?? fingerprints.source, fingerprints.result))
  }

  private func swap(
    _ record: MergedRecord, subtracting steps: [[WeightedAdapter]]
  ) throws -> MergeSummary {
    try record.checkAdapters(steps)
    try record.checkForm()
    // The record says what the weights were before; the bits at hand are the merged ones.
    if let base = record.state.base { try guardian(merged, record.state).check(base) }
    let taken = steps.reversed().map { $0.map(\.negated) }
    var merge = try PlannedMerge(
      taken[taken.count - 1] + adapters, into: merged, MergeOptions(), to: output,
      after: MergePlan.transforms(of: taken.dropLast(), on: merged))
    // What rounding leaves of a difference of adapters says nothing about any of them.
    merge.meter = nil
    var step = MergedState.Step(adapters)
    step.isApproximate = true
    var state = MergedState(base: record.state.base, steps: [step])
    let edit = try merge.edit(
      like: merged, keeping: .none, with: CheckpointEdit.Attachments(recipe: recipe), in: &state)
    return merge.summary(try edit.run(state: state) { _ in record.state.base })
  }

  private func guardian(_ base: Checkpoint, _ state: MergedState?) -> BaseGuard {
    BaseGuard(
      base: base, mergedBase: state?.base, adapters: adapters.map(\.adapter),
      isIgnored: ignoresBaseFingerprint)
  }
}
