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
      let edit = CheckpointEdit(
        base, like: record.layout(from: base, to: output.destination),
        changes: RewriteChanges(), to: output,
        with: CheckpointEdit.Attachments(recipe: recipe))
      return try edit.run(state: nil) { found in
        try record.checkBase(found.source, of: base)
        return nil
      }
    case .remainder(let unwinding):
      return try unwind(unwinding, record)
    case .approximate(let steps):
      try record.checkAdapters(steps)
      try record.checkForm()
      var changes = RewriteChanges()
      changes.transforms = .sequence(
        of: try MergePlan.transforms(
          of: steps.reversed().map { $0.map(\.negated) }, on: merged), on: merged.entries)
      let edit = CheckpointEdit(
        merged, changes: changes, to: output, with: CheckpointEdit.Attachments(recipe: recipe))
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
    let edit = CheckpointEdit(
      merged, changes: changes, to: output,
      with: CheckpointEdit.Attachments(
        sideFiles: work.sideFiles, recordings: work.recordings, recipe: recipe))
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
    let edit = CheckpointEdit(
      merged, changes: changes, to: output,
      with: CheckpointEdit.Attachments(configuration: remainder.configuration))
    return try edit.run(state: nil) { found in
      try record.checkResult(found.source)
      try record.checkRestored(found.result)
      try remainder.checkUnchanged()
      return record.state.base
    }
  }
}
