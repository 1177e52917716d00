import Containers
import OrderedCollections
import Tensors

/// Adds adapters to a checkpoint: `W' = W + Σ w·s·B·A`, in one pass over the file.
package struct Merge: Sendable {
  package let base: Checkpoint
  package let adapters: [WeightedAdapter]
  package let destination: CheckpointDestination
  package let settings: CheckpointWriter.Settings
  /// Merge although an adapter was trained on another base.
  package var ignoresBaseFingerprint = false
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  package init(
    _ adapters: [WeightedAdapter], into base: Checkpoint, to destination: CheckpointDestination,
    settings: CheckpointWriter.Settings
  ) {
    self.base = base
    self.adapters = adapters
    self.destination = destination
    self.settings = settings
  }

  /// Plans, checks, writes and publishes.
  ///
  /// - Throws: `ErrorList` when an adapter does not fit, `AdapterError.mismatch` for a wrong base
  ///   or an adapter that is merged already, `ContainerError` from reading and writing.
  package func run() throws -> MergeSummary {
    let before = try MergedState(metadata: base.metadata, file: base.path)
    try refuseRepetition(before)
    let plan = try MergePlan(adapters, into: base.entries)
    let guardian = BaseGuard(
      base: base, state: before, adapters: adapters.map(\.adapter),
      isIgnored: ignoresBaseFingerprint)
    let known =
      destination == .standardOutput
      ? try guardian.checkAhead(threads: settings.threads) : nil
    let after = MergedState(
      base: before.map(\.base) ?? known,
      steps: (before?.steps ?? []) + [adapters.map(MergedState.MergedAdapter.init)])
    let work = CheckpointEdit(
      source: base, layout: base, changes: plan.changes(), destination: destination,
      settings: settings, onProgress: onProgress)
    let fingerprints = try work.run(state: after) { source in
      try guardian.check(source)
      return before.map(\.base) ?? source
    }
    return MergeSummary(
      changed: plan.edits.count, copied: base.entries.count - plan.edits.count,
      ledger: plan.ledger, survivals: ([], nil),
      rank: plan.edits.values.map(\.rank).max() ?? 0,
      bytes: base.dataSize,
      source: fingerprints.source, result: fingerprints.result, notes: plan.notes)
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
}

/// What a merge did.
package struct MergeSummary: Sendable {
  /// Tensors that were edited, and those that were copied.
  package let changed: Int
  package let copied: Int
  /// Every adapter tensor, and what it did.
  package let ledger: CoverageLedger
  /// What rounding left of the deltas.
  package let survivals: (tensors: [Survival], total: Survival?)
  /// The longest chain of the low-rank update.
  package let rank: Int
  /// Tensor data of the result.
  package let bytes: Int
  package let source: Fingerprint
  package let result: Fingerprint
  package let notes: [String]
}

extension MergedState.MergedAdapter {
  init(_ weighted: WeightedAdapter) {
    self.init(
      path: weighted.adapter.file, fingerprint: weighted.adapter.fingerprint,
      weight: weighted.weight)
  }
}
