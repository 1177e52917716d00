import Containers
import Tensors

/// Takes out of a checkpoint what was merged into it.
package struct Unmerge: Sendable {
  /// How the old weights are found.
  package enum Method: Sendable {
    /// They are copied from the base: exact.
    case base(Checkpoint)
    /// The adapters are subtracted, step by step from the last: rounding leaves its traces.
    case approximate([[WeightedAdapter]])
  }

  package let merged: Checkpoint
  package let method: Method
  package let destination: CheckpointDestination
  package let settings: CheckpointWriter.Settings
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  package init(
    _ merged: Checkpoint, by method: Method, to destination: CheckpointDestination,
    settings: CheckpointWriter.Settings
  ) {
    self.merged = merged
    self.method = method
    self.destination = destination
    self.settings = settings
  }

  /// Checks, writes and publishes.
  ///
  /// - Throws: `AdapterError.mismatch` when nothing is merged, the base is another one, or the
  ///   adapters are not those that were merged; `ErrorList`; `ContainerError`.
  package func run() throws -> (source: Fingerprint, result: Fingerprint) {
    guard let state = try MergedState(metadata: merged.metadata, file: merged.path) else {
      throw AdapterError.mismatch(
        file: merged.path,
        problem: "has no record of a merge (metadata \"\(MetadataKey.mergedState)\"); "
          + "lora takes out what lora merged")
    }
    switch method {
    case .base(let base):
      try MergedGuard(merged: merged, state: state).checkContent(threads: settings.threads)
      return try edit(from: base, changes: RewriteChanges()) { found in
        try MergedGuard(merged: merged, state: state).checkBase(found, of: base)
      }
    case .approximate(let steps):
      try MergedGuard(merged: merged, state: state).checkAdapters(steps)
      let plans = try steps.reversed().map { step in
        let taken = step.map { WeightedAdapter($0.adapter, weight: -$0.weight) }
        return try MergePlan(taken, into: merged.entries).changes().transforms
      }
      var changes = RewriteChanges()
      changes.transforms = .sequence(of: plans)
      return try edit(from: merged, changes: changes) { _ in }
    }
  }

  private func edit(
    from source: Checkpoint, changes: RewriteChanges,
    check: (Fingerprint) throws -> Void
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    let work = CheckpointEdit(
      source: source, layout: merged, changes: changes, destination: destination,
      settings: settings, onProgress: onProgress)
    return try work.run(state: nil) { found in
      try check(found)
      return nil
    }
  }
}
