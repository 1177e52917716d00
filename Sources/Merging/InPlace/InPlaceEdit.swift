import Adapters
import Containers
import Models
import OrderedCollections
import Tensors

/// Carries out a checkpoint edit in place: once without writing, then under a journal.
///
/// The first pass computes everything that is checked before a result is published, and leaves the
/// new remainders beside their names; the second one overwrites what differs. New remainders take
/// their names within the journal's transaction.
struct InPlaceEdit {
  let edit: CheckpointEdit
  let target: InPlaceTarget

  private var threads: Int { edit.output.settings.threads }

  func run(
    state: MergedState?,
    approve: (_ found: (source: Fingerprint, result: Fingerprint)) throws -> Fingerprint?
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    try checkForm()
    let plan = try RewritePlan(edit.source, like: target.checkpoint, changes: edit.changes)
    if let journal = target.interrupted { return try resume(plan, journal) }
    // Refused before the work: the record has its final length already.
    _ = try target.files(setting: additions(state))
    let survey = try InPlaceSurvey(plan, of: target)
    let remainders = RemainderOutputs(options: edit.remainderOptions(like: target.checkpoint))
    do {
      try RemainderFile.finishPublishing(of: target.checkpoint, threads: threads)
      let old = try oldRemainders()
      for step in edit.attachments.recordings {
        try remainders.open(
          step, inFolder: target.checkpoint.path, replacing: old.map(\.path))
      }
      let found = try Rewrite(
        of: edit.source, as: plan, into: survey, threads: threads,
        onProgress: edit.output.onProgress
      ).run()
      let base = try approve(found)
      let record = try remainders.completed(state, base: base, found)
      try Interruption.check()
      var contents = try journalContents(survey, planned: state, recorded: record)
      contents.preparations = plan.preparations
      contents.removals = removals(of: old, keeping: record)
      contents.moves = remainders.handOver()
      try change(contents, plan)
      return found
    } catch {
      remainders.discard()
      throw error
    }
  }

  /// Refuses what cannot be changed in place.
  private func checkForm() throws(ContainerError) {
    guard edit.attachments.configuration.isEmpty else {
      throw ContainerError(file: edit.source.path, .inPlace(.otherForm))
    }
    guard edit.source.isRandomAccess else {
      throw ContainerError(file: edit.source.path, .input(.needsRandomAccess))
    }
  }

  /// The record in the header, at the length that it will have.
  private func additions(_ state: MergedState?) -> OrderedDictionary<String, String> {
    [MetadataKey.mergedState: state?.text ?? ""]
  }

  private func journalContents(
    _ survey: InPlaceSurvey, planned: MergedState?, recorded: MergedState?
  ) throws -> JournalContents {
    let update = recorded.map { [MetadataKey.mergedState: $0.text] as OrderedDictionary } ?? [:]
    var contents = JournalContents(
      files: try target.files(setting: additions(planned), updating: update),
      chunks: survey.chunks, ringSize: edit.output.ringSize)
    contents.fitRing()
    contents.recipe = edit.attachments.recipe
    return contents
  }

  private func change(_ contents: JournalContents, _ plan: RewritePlan) throws {
    let rewrite = try InPlaceRewrite(contents.chunks, as: plan, from: edit.source, in: target)
    try target.change(contents, by: rewrite, threads: threads)
  }

  /// Goes on where an interrupted run stopped; it has checked everything.
  private func resume(
    _ plan: RewritePlan, _ journal: Journal
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    plan.resume(with: journal.contents.preparations)
    let rewrite = try InPlaceRewrite(
      journal.contents.chunks, as: plan, from: edit.source, in: target)
    try target.finish(by: rewrite, threads: threads, onProgress: edit.output.onProgress)
    return (.unknown, .unknown)
  }

  // MARK: Remainders of the old state

  private func oldRemainders() throws(AdapterError) -> [(path: String, RemainderReference)] {
    let checkpoint = target.checkpoint
    let state = try MergedState(metadata: checkpoint.metadata, file: checkpoint.path)
    return (state?.steps ?? []).compactMap(\.remainder).map { ($0.path(from: checkpoint), $0) }
  }

  /// Remainders that nothing refers to any more: only what still is what the record says.
  private func removals(
    of old: [(path: String, reference: RemainderReference)], keeping state: MergedState?
  ) -> [String] {
    let kept = (state?.steps ?? []).compactMap(\.remainder).map {
      Folder.absolute($0.path(from: target.checkpoint))
    }
    return old.compactMap { path, reference in
      let path = Folder.absolute(path)
      guard !kept.contains(path),
        (try? RemainderFile.open(reference, at: path, threads: threads))?.path == path
      else { return nil }
      return path
    }
  }
}

extension JournalContents {
  /// Makes the ring no larger than what changes, and no smaller than a chunk.
  fileprivate mutating func fitRing() {
    let sizes = chunks.map(\.range.count)
    ringSize = min(max(ringSize, sizes.max() ?? 0), sizes.reduce(0, +))
  }
}
