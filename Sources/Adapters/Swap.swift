import Containers
import Tensors

/// Exchanges what is merged into a checkpoint for other adapters, in one pass.
package struct Swap: Sendable {
  /// How the old weights are found.
  package enum Method: Sendable {
    /// They are read from the base: the result is that of a direct merge, bit for bit.
    case base(Checkpoint)
    /// The old adapters are subtracted in the same chain that adds the new ones.
    case approximate([[WeightedAdapter]])
  }

  package let merged: Checkpoint
  package let adapters: [WeightedAdapter]
  package let method: Method
  package let destination: CheckpointDestination
  package let settings: CheckpointWriter.Settings
  /// Merge although an adapter was trained on another base.
  package var ignoresBaseFingerprint = false
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  package init(
    _ adapters: [WeightedAdapter], into merged: Checkpoint, by method: Method,
    to destination: CheckpointDestination, settings: CheckpointWriter.Settings
  ) {
    self.merged = merged
    self.adapters = adapters
    self.method = method
    self.destination = destination
    self.settings = settings
  }

  /// Checks, writes and publishes.
  ///
  /// - Throws: As `Unmerge.run` and `Merge.run`.
  package func run() throws -> MergeSummary {
    guard let state = try MergedState(metadata: merged.metadata, file: merged.path) else {
      throw AdapterError.mismatch(
        file: merged.path,
        problem: "has no record of a merge (metadata \"\(MetadataKey.mergedState)\"); "
          + "use lora merge to add an adapter")
    }
    let record = MergedGuard(merged: merged, state: state)
    switch method {
    case .base(let base):
      return try exchange(from: base, steps: [adapters], state) { found in
        try record.checkBase(found, of: base)
        try baseGuard(base, nil).check(found)
      }
    case .approximate(let steps):
      try record.checkAdapters(steps)
      let taken = steps.reversed().map { step in
        step.map { WeightedAdapter($0.adapter, weight: -$0.weight) }
      }
      let chain = taken.dropLast() + [(taken.last ?? []) + adapters]
      return try exchange(from: merged, steps: Array(chain), state) { _ in
        // The record says what the weights were before; the bits at hand are the merged ones.
        if let base = state.base { try baseGuard(merged, state).check(base) }
      }
    }
  }

  private func baseGuard(_ base: Checkpoint, _ state: MergedState?) -> BaseGuard {
    BaseGuard(
      base: base, state: state, adapters: adapters.map(\.adapter),
      isIgnored: ignoresBaseFingerprint)
  }

  /// Each step is one chain of updates, rounded once.
  private func exchange(
    from source: Checkpoint, steps: [[WeightedAdapter]], _ state: MergedState,
    check: (Fingerprint) throws -> Void
  ) throws -> MergeSummary {
    let plans = try steps.map { try MergePlan($0, into: source.entries) }
    var changes = RewriteChanges()
    changes.transforms = .sequence(of: plans.map { $0.changes().transforms })
    let work = CheckpointEdit(
      source: source, layout: merged, changes: changes, destination: destination,
      settings: settings, onProgress: onProgress)
    let after = MergedState(
      base: state.base, steps: [adapters.map(MergedState.MergedAdapter.init)])
    let fingerprints = try work.run(state: after) { found in
      try check(found)
      return state.base
    }
    return MergeSummary(
      changed: changes.transforms.count,
      copied: source.entries.count - changes.transforms.count,
      ledger: plans.last?.ledger ?? CoverageLedger(), survivals: ([], nil),
      rank: plans.last?.edits.values.map(\.rank).max() ?? 0,
      bytes: source.dataSize,
      source: fingerprints.source, result: fingerprints.result,
      notes: plans.flatMap(\.notes))
  }
}
