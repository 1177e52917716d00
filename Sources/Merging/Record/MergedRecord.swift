import Adapters
import Containers
import Models
import Tensors

/// A merged checkpoint and the record in its header, to hold against what is offered for it.
struct MergedRecord {
  let merged: Checkpoint
  let state: MergedState

  /// The record of `merged`.
  ///
  /// - Throws: `AdapterError.mismatch` when there is none; the message ends in `advice`.
  init(of merged: Checkpoint, otherwise advice: String) throws(AdapterError) {
    self.merged = merged
    guard let state = try MergedState(metadata: merged.metadata, file: merged.path) else {
      throw .mismatch(
        file: merged.path,
        problem: "has no record of a merge (metadata \"\(MetadataKey.mergedState)\"); \(advice)")
    }
    self.state = state
  }

  /// Whose form the tensors of `base` take: the merged file's, where it can hold them.
  ///
  /// A base of the same kind, file or folder, keeps its own form, with its own configuration.
  func layout(from base: Checkpoint, to destination: CheckpointDestination) -> Checkpoint {
    let keepsForm = state.steps.allSatisfy(\.keepsForm)
    return keepsForm && merged.isFolder && !base.isFolder ? merged : base
  }

  /// Reads the merged file whole and refuses bytes that the merge did not write.
  func checkContent(threads: Int) throws {
    guard merged.isRandomAccess else { return }
    try checkResult(try merged.fingerprint(threads: threads))
  }

  /// Refuses a merged file with a fingerprint that the merge did not leave.
  func checkResult(_ found: Fingerprint) throws(AdapterError) {
    guard let wanted = state.result, wanted != found else { return }
    throw .mismatch(
      file: merged.path,
      problem: "was changed after the merge: expected the fingerprint \(wanted), found \(found); "
        + "merge again from the base")
  }

  /// Refuses what came out when it is not what went in.
  func checkRestored(_ found: Fingerprint) throws(AdapterError) {
    guard let wanted = state.base, wanted != found else { return }
    throw .mismatch(
      file: merged.path,
      problem: "does not come out as its base: expected the fingerprint \(wanted), found \(found); "
        + "nothing was written: give --base")
  }

  /// Refuses a base that the adapters were not merged into.
  func checkBase(_ found: Fingerprint, of base: Checkpoint) throws(AdapterError) {
    guard let wanted = state.base, wanted != found else { return }
    throw .mismatch(
      file: base.path,
      problem: "is not the base of \(escaped(merged.path)): "
        + "expected the fingerprint \(wanted), found \(found); name the right base")
  }

  /// Refuses to subtract where a merge did more than add.
  func checkForm() throws(AdapterError) {
    guard !state.steps.allSatisfy(\.keepsForm) else { return }
    throw .mismatch(
      file: merged.path,
      problem: "the merge also changed types, shapes or tied weights, which subtracting does not "
        + "undo; give --base")
  }

  /// Refuses `steps` unless they are the adapters that were merged, with their weights.
  func checkAdapters(_ steps: [[WeightedAdapter]]) throws(AdapterError) {
    for (step, wanted) in state.steps.enumerated() {
      for (index, wanted) in wanted.adapters.enumerated() {
        guard steps.indices.contains(step), steps[step].indices.contains(index) else {
          throw .mismatch(
            file: merged.path, problem: "the adapter \(escaped(wanted.path)) is merged into it too")
        }
        let found = RecordedAdapter(steps[step][index])
        guard found.fingerprint == wanted.fingerprint else {
          throw .mismatch(
            file: found.path,
            problem: "is not the adapter that was merged into \(escaped(merged.path)): "
              + "expected the fingerprint \(wanted.fingerprint), found \(found.fingerprint)")
        }
        guard found.weight == wanted.weight else {
          throw .mismatch(
            file: found.path,
            problem: "was merged with weight \(wanted.weight), not \(found.weight)")
        }
      }
    }
    guard steps.count == state.steps.count else {
      throw .mismatch(file: merged.path, problem: "has fewer adapters merged than were given")
    }
  }
}

extension Checkpoint {
  /// Whether the weights lie in a folder.
  fileprivate var isFolder: Bool { form == .folder || form == .shardedFolder }
}
