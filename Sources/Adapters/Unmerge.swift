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
      return try edit(from: base, transforms: [:]) { found in
        try MergedGuard(merged: merged, state: state).checkBase(found, of: base)
      }
    case .approximate(let steps):
      try MergedGuard(merged: merged, state: state).checkAdapters(steps)
      var transforms: [[ExactString: any TensorTransform]] = []
      for step in steps.reversed() {
        let taken = step.map { WeightedAdapter($0.adapter, weight: -$0.weight) }
        transforms.append(try MergePlan(taken, into: merged.entries).transforms())
      }
      return try edit(from: merged, transforms: .sequence(of: transforms)) { _ in }
    }
  }

  private func edit(
    from source: Checkpoint, transforms: [ExactString: any TensorTransform],
    check: (Fingerprint) throws -> Void
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    let work = CheckpointEdit(
      source: source, layout: merged, transforms: transforms, destination: destination,
      settings: settings, onProgress: onProgress)
    return try work.run(state: nil) { found in
      try check(found)
      return nil
    }
  }
}

extension [ExactString: any TensorTransform] {
  /// The transforms of several steps, those of the same tensor one after the other.
  static func sequence(of steps: [Self]) -> Self {
    var lists: [ExactString: [any TensorTransform]] = [:]
    for step in steps {
      for (name, transform) in step { lists[name, default: []].append(transform) }
    }
    return lists.mapValues { $0.count == 1 ? $0[0] : TransformSequence($0) }
  }
}
