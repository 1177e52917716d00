import Adapters
import Containers
import OrderedCollections
import Tensors

/// Takes steps out of a merged checkpoint by their remainders: exactly, and without the base.
///
/// From the last step down to the first one that goes, each is taken out; those that stay are merged
/// in again, and leave new remainders. All of it happens chunk by chunk in one pass.
package struct StepUnwinding: Sendable {
  /// The adapters of every step that is merged.
  package let steps: [[WeightedAdapter]]
  /// The positions of the steps that are taken out.
  package let taken: Set<Int>
  /// Where the remainders of all steps are now; empty to look where the record says.
  package let remainders: [String]

  /// - Parameters:
  ///   - steps: The adapters of every step.
  ///   - taken: The positions of those to take out; nil for all.
  ///   - remainders: Where their remainders are now, in the record's order; empty to look where the
  ///     record says.
  package init(_ steps: [[WeightedAdapter]], taking taken: Set<Int>? = nil, remainders: [String]) {
    self.steps = steps
    self.taken = taken ?? Set(steps.indices)
    self.remainders = remainders
  }

  /// What an edit of the merged file has to do.
  struct Work {
    /// The transforms, in order.
    var transforms: [[ExactString: any TensorTransform]] = []
    /// The remainders that are read.
    var remainders: [RemainderFile] = []
    /// The record of what stays, for the new place.
    var state: MergedState
    var sideFiles: OrderedDictionary<String, String>
    var recordings: [RecordedStep] = []

    /// Refuses the result when a tensor was not restored to what it was.
    func checkRestored() throws {
      for remainder in remainders { try remainder.checkRestored() }
    }
  }

  /// Plans the work.
  ///
  /// - Throws: `AdapterError` when a step has no remainder, or another one; `ErrorList`.
  func work(on record: MergedRecord, output: EditOutput) throws -> Work {
    try record.checkAdapters(steps)
    try record.checkForm()
    let lowest = taken.min() ?? steps.count
    let kept = KeptRemainders(
      of: Array(record.state.steps[..<lowest]), in: record.merged, for: output)
    var work = Work(
      state: MergedState(base: record.state.base, steps: kept.steps), sideFiles: kept.sideFiles)
    for number in (lowest..<steps.count).reversed() {
      let remainder = try open(number, of: record, threads: output.settings.threads)
      let changes = try plan(number, record).restoring(
        by: remainder, of: record.merged.entries)
      work.transforms.append(changes.transforms)
      work.remainders.append(remainder)
    }
    for number in lowest..<steps.count where !taken.contains(number) {
      var recording = StepRecording(of: steps[number], output: output)
      let step = record.state.steps[number]
      work.state.steps.append(step)
      let changes = try recording.changes(
        plan(number, record), step.options, of: record.merged.entries, nil, in: &work.state)
      work.transforms.append(changes.transforms)
      work.recordings += recording.steps
    }
    return work
  }

  /// The tensors that the one merge into quantized weights replaced.
  ///
  /// - Throws: `AdapterError` when there are further merges, no remainder, or another one.
  func originals(of record: MergedRecord, output: EditOutput) throws -> OriginalsRestoring {
    guard record.state.steps.count == 1, output.target == nil else {
      throw AdapterError.unsupported(
        file: record.merged.path,
        what: "a merge into quantized weights is taken out alone, and not in place",
        remedy: "give --base for an exact result")
    }
    let (reference, path) = try place(of: 0, of: record)
    return try OriginalsRestoring(reference, at: path, threads: output.settings.threads)
  }

  private func plan(_ number: Int, _ record: MergedRecord) throws -> MergePlan {
    let merged = record.merged
    return try MergePlan(
      steps[number], into: merged.entries, configuration: merged.configuration,
      choices: record.state.steps[number].options.choices)
  }

  private func open(
    _ number: Int, of record: MergedRecord, threads: Int
  ) throws -> RemainderFile {
    let (reference, path) = try place(of: number, of: record)
    return try RemainderFile.open(reference, at: path, threads: threads)
  }

  /// Which remainder a step has, and where it is now.
  private func place(
    of number: Int, of record: MergedRecord
  ) throws(AdapterError) -> (RemainderReference, path: String) {
    guard let reference = record.state.steps[number].remainder else {
      let names = record.state.steps[number].adapters.map { escaped($0.path) }
      throw .mismatch(
        file: record.merged.path,
        problem: "\(names.joined(separator: ", ")) was merged without --reversible, so there is no "
          + "remainder to take it out by: give --base for an exact result, or --approximate")
    }
    guard remainders.isEmpty || remainders.count == steps.count else {
      throw .mismatch(
        file: record.merged.path,
        problem: "has \(steps.count) merges, but \(remainders.count) given with --remainder")
    }
    return (
      reference,
      remainders.isEmpty ? reference.path(from: record.merged) : remainders[number]
    )
  }
}
