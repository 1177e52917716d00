import Containers
import Tensors

/// Holds a merged checkpoint, and what is offered for it, against the record in its header.
struct MergedGuard {
  let merged: Checkpoint
  let state: MergedState

  /// Reads the merged file whole and refuses bytes that the merge did not write.
  func checkContent(threads: Int) throws {
    guard let wanted = state.result, merged.isRandomAccess else { return }
    let found = try merged.fingerprint(threads: threads)
    guard wanted == found else {
      throw AdapterError.mismatch(
        file: merged.path,
        problem: "was changed after the merge: expected the fingerprint \(wanted), found \(found); "
          + "merge again from the base")
    }
  }

  /// Refuses a base that the adapters were not merged into.
  func checkBase(_ found: Fingerprint, of base: Checkpoint) throws(AdapterError) {
    guard let wanted = state.base, wanted != found else { return }
    throw .mismatch(
      file: base.path,
      problem: "is not the base of \(escaped(merged.path)): "
        + "expected the fingerprint \(wanted), found \(found); name the right base")
  }

  /// Refuses `steps` unless they are the adapters that were merged, with their weights.
  func checkAdapters(_ steps: [[WeightedAdapter]]) throws(AdapterError) {
    let given = steps.map { $0.map(MergedState.MergedAdapter.init) }
    for (step, adapters) in state.steps.enumerated() {
      for (index, wanted) in adapters.enumerated() {
        guard given.indices.contains(step), given[step].indices.contains(index) else {
          throw .mismatch(
            file: merged.path, problem: "the adapter \(escaped(wanted.path)) is merged into it too")
        }
        let found = given[step][index]
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
    guard given.count == state.steps.count else {
      throw .mismatch(file: merged.path, problem: "has fewer adapters merged than were given")
    }
  }
}
