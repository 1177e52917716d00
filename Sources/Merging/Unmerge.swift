import Adapters
import Containers
import Tensors

/// How the weights from before a merge are found.
package enum UnmergeMethod: Sendable {
  /// They are read from the base: exact.
  case base(Checkpoint)
  /// The merged adapters are taken out by their remainders: exact.
  case remainder(StepUnwinding)
  /// The merged adapters, step by step, are subtracted: rounding leaves its traces.
  case approximate([[WeightedAdapter]])
}

/// Takes out of a checkpoint what was merged into it.
package struct Unmerge: Sendable {
  package let merged: Checkpoint
  package let method: UnmergeMethod
  package let output: EditOutput

  package init(_ merged: Checkpoint, by method: UnmergeMethod, to output: EditOutput) {
    self.merged = merged
    self.method = method
    self.output = output
  }

  /// Checks, writes and publishes.
  ///
  /// - Throws: `AdapterError.mismatch` when nothing is merged, the base is another one, or the
  ///   adapters are not those that were merged; `ErrorList`; `ContainerError`.
  package func run() throws -> (source: Fingerprint, result: Fingerprint) {
    let record = try MergedRecord(of: merged, otherwise: "lora takes out what lora merged")
    switch method {
    case .base(let base):
      if output.target?.interrupted == nil {
        try record.checkContent(threads: output.settings.threads)
      }
      var edit = CheckpointEdit(
        source: base, layout: record.layout(from: base, to: output.destination),
        changes: RewriteChanges(), output: output)
      edit.recipe = recipe
      return try edit.run(state: nil) { found in
        try record.checkBase(found.source, of: base)
        return nil
      }
    case .remainder(let unwinding):
      return try unwind(unwinding, record)
    case .approximate(let steps):
      try record.checkAdapters(steps)
      try record.checkForm()
      let plans = try steps.reversed().map { step in
        let taken = step.map { WeightedAdapter($0.adapter, weight: -$0.weight) }
        return try MergePlan(taken, into: merged.entries, config: merged.config).changes()
          .transforms
      }
      var changes = RewriteChanges()
      changes.transforms = .sequence(of: plans, on: merged.entries)
      var edit = CheckpointEdit(
        source: merged, layout: merged, changes: changes, output: output)
      edit.recipe = recipe
      return try edit.run(state: nil) { _ in nil }
    }
  }

  private func unwind(
    _ unwinding: StepUnwinding, _ record: MergedRecord
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    if record.state.steps.contains(where: { $0.quantized != nil }) {
      return try restoreOriginals(unwinding, record)
    }
    let work = try unwinding.work(on: record, output: output)
    var changes = RewriteChanges()
    changes.transforms = .sequence(of: work.transforms, on: merged.entries)
    var edit = CheckpointEdit(source: merged, layout: merged, changes: changes, output: output)
    edit.sideFiles = work.sideFiles
    edit.recipe = recipe
    edit.recordings = work.recordings
    let state = work.state.steps.isEmpty ? nil : work.state
    return try edit.run(state: state) { found in
      try record.checkResult(found.source)
      try work.checkRestored()
      if state == nil { try record.checkRestored(found.result) }
      return record.state.base
    }
  }

  /// A merge into quantized weights comes out by the tensors that it replaced.
  private func restoreOriginals(
    _ unwinding: StepUnwinding, _ record: MergedRecord
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    try record.checkAdapters(unwinding.steps)
    let remainder = try unwinding.originals(of: record, output: output)
    let changes = try remainder.changes(of: merged)
    var edit = CheckpointEdit(source: merged, layout: merged, changes: changes, output: output)
    for (key, value) in remainder.configuration { edit.configuration[key] = value }
    return try edit.run(state: nil) { found in
      try record.checkResult(found.source)
      try record.checkRestored(found.result)
      try remainder.checkUnchanged()
      return record.state.base
    }
  }
}
