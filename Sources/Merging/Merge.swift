import Adapters
import Containers
import Tensors

/// Adds adapters to a checkpoint: `W' = W + Σ w·s·B·A`, in one pass over the file.
package struct Merge: Sendable {
  package let base: Checkpoint
  package let adapters: [WeightedAdapter]
  package let output: EditOutput
  package var options = MergeOptions()
  /// Merge although an adapter was trained on another base.
  package var ignoresBaseFingerprint = false
  /// Write a remainder, by which the merge can be taken out again without the base.
  package var isReversible = false
  /// Where the remainder goes; nil for beside the result, or in its folder.
  package var remainder: String?
  /// The adapters as they were before training, for those that were trained on a changed base.
  package var initialAdapters: [Adapter] = []

  package init(_ adapters: [WeightedAdapter], into base: Checkpoint, to output: EditOutput) {
    self.base = base
    self.adapters = adapters
    self.output = output
  }

  /// Plans, checks, writes and publishes.
  ///
  /// - Throws: `ErrorList` when an adapter does not fit, `AdapterError.mismatch` for a wrong base
  ///   or an adapter that is merged already, `ContainerError` from reading and writing.
  package func run() throws -> MergeSummary {
    let before = try MergedState(metadata: base.metadata, file: base.path)
    try refuseUnsuitable(after: before)
    let initial = InitialAdapters(
      adapters, initial: initialAdapters, isIgnored: ignoresBaseFingerprint)
    var merge = try PlannedMerge(try initial.completed(), into: base, options, to: output)
    let plan = merge.plan
    let guardian = BaseGuard(
      base: base, mergedBase: before?.base, adapters: adapters.map(\.adapter),
      isIgnored: ignoresBaseFingerprint)
    let known =
      output.destination == .standardOutput
      ? try guardian.checkAhead(threads: output.settings.threads) : nil
    let kept = KeptRemainders(of: before?.steps ?? [], in: base, for: output)
    var after = MergedState(
      base: before.map(\.base) ?? known,
      steps: kept.steps + [MergedState.Step(adapters, options)])
    var sideFiles = plan.vocabularySize == nil ? [:] : TokenizerFiles.of(adapters)
    sideFiles.merge(kept.sideFiles) { _, new in new }
    let edit = try merge.edit(
      like: base, keeping: isReversible ? .remainder(at: remainder) : .none,
      with: CheckpointEdit.Attachments(sideFiles: sideFiles, recipe: recipe), in: &after)
    let fingerprints = try edit.run(state: after) { found in
      try guardian.check(found.source)
      try refuseNoChange(found, plan)
      return before.map(\.base) ?? found.source
    }
    return merge.summary(fingerprints)
  }

  /// What can be refused before the base's tensors are looked at.
  private func refuseUnsuitable(after state: MergedState?) throws {
    try refuseRepetition(state)
    try refuseUnrecordedAdapters()
    try UnderlyingAdaptersGuard(
      onto: base.path, merged: state?.adapters ?? [], isIgnored: ignoresBaseFingerprint
    )
    .check(adapters)
  }

  private func refuseRepetition(_ state: MergedState?) throws(AdapterError) {
    var seen: [Fingerprint: String] = [:]
    for adapter in state?.adapters ?? [] { seen[adapter.fingerprint] = "is merged into it already" }
    for adapter in adapters.map(\.adapter) {
      if let reason = seen.updateValue("is named twice", forKey: adapter.fingerprint) {
        throw .mismatch(
          file: base.path,
          problem: "the adapter \(escaped(adapter.file)) \(reason); "
            + "give it a weight instead of merging it again")
      }
    }
  }

  /// The record of a merge names no starting adapters, without which it cannot be computed again.
  private func refuseUnrecordedAdapters() throws(AdapterError) {
    guard isReversible, let initial = initialAdapters.first else { return }
    throw .unsupported(
      file: initial.file, what: "a reversible merge does not keep track of initial adapters",
      remedy: "convert the adapter with PEFT (path_initial_model_for_weight_conversion)")
  }

  /// A merge after which every weight has its old bits did nothing, and must not look like success.
  private func refuseNoChange(
    _ found: (source: Fingerprint, result: Fingerprint), _ plan: MergePlan
  ) throws(AdapterError) {
    guard found.source == found.result else { return }
    let advice =
      adapters.allSatisfy { $0.weight == 0 }
      ? "a weight of 0 adds nothing; give another"
      : plan.notes.first ?? "a smaller step of the weights needs a wider type, by --dtype"
    throw .mismatch(
      file: adapters.first?.adapter.file ?? "",
      problem: "0 tensors change: all that is added is zero or lost in rounding; " + advice)
  }
}
