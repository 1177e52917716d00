import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// One pass from a source through changes to an output, and the record of it in the header.
struct CheckpointEdit {
  /// Where the tensors come from.
  let source: Checkpoint
  /// Whose form, metadata and side files the output takes.
  let layout: Checkpoint
  let changes: RewriteChanges
  let output: EditOutput
  let attachments: Attachments

  /// What goes along with the tensors.
  struct Attachments {
    /// Members of `config.json` to set; null removes one.
    var configuration: OrderedDictionary<String, JSONValue> = [:]
    /// Entries of the header's metadata to set; an empty text removes one.
    var metadata: OrderedDictionary<String, String> = [:]
    /// Side files that take the place of those of the same name.
    var sideFiles: OrderedDictionary<String, String> = [:]
    /// The steps whose remainders are written too.
    var recordings: [RecordedStep] = []
    /// The tensors of a quantized base that are written as a remainder.
    var originals: KeptOriginals?
    /// How the same edit is begun again, should it be interrupted in place.
    var recipe: JSONValue = .null
  }

  /// - Parameters:
  ///   - source: Where the tensors come from.
  ///   - layout: Whose form, metadata and side files the output takes; nil for the source's.
  ///   - changes: What happens to the tensors.
  ///   - output: Where they go.
  ///   - attachments: What goes along.
  init(
    _ source: Checkpoint, like layout: Checkpoint? = nil, changes: RewriteChanges,
    to output: EditOutput, with attachments: Attachments = Attachments()
  ) {
    (self.source, self.layout) = (source, layout ?? source)
    (self.changes, self.output) = (changes, output)
    self.attachments = attachments
  }

  /// Writes and publishes.
  ///
  /// - Parameters:
  ///   - state: What is merged in the output; nil for nothing. Fingerprints that are not known at
  ///     the start are filled in at the end.
  ///   - approve: Looks at the fingerprints before anything is published, and says what the record
  ///     shall name as the base.
  /// - Returns: The fingerprints of what was read and of what was written.
  /// - Throws: What reading, changing, approving and writing throw; nothing is published then.
  func run(
    state: MergedState?,
    approve: (_ found: (source: Fingerprint, result: Fingerprint)) throws -> Fingerprint?
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    if let target = output.target {
      return try InPlaceEdit(edit: self, target: target).run(state: state, approve: approve)
    }
    let plan = try RewritePlan(
      source, like: layout, changes: changes, sharding: output.sharding)
    let writer = try CheckpointWriter(
      plan, with: company(recording: state), to: output.destination, settings: output.settings)
    let remainders = RemainderOutputs(options: remainderOptions(like: layout))
    do {
      try finishReplaced()
      for step in attachments.recordings { try remainders.open(step, in: writer) }
      if let originals = attachments.originals { try remainders.open(originals, in: writer) }
      let found = try Rewrite(
        of: source, as: plan, into: writer, threads: output.settings.threads,
        onProgress: output.onProgress
      ).run()
      let base = try approve(found)
      let record = try remainders.completed(state, base: base, found)
      try writer.finish(
        updating: record.map { [MetadataKey.mergedState: $0.text] } ?? [:],
        with: remainders.companions)
      return found
    } catch {
      remainders.discard()
      writer.discard()
      throw error
    }
  }

  /// What goes into the output beside the tensors.
  private func company(recording state: MergedState?) -> CheckpointCompany {
    var company = CheckpointCompany(like: layout, sharding: output.sharding)
    company.metadata = attachments.metadata
    company.metadata[MetadataKey.mergedState] = state?.text ?? ""
    company.configuration = attachments.configuration
    company.sideFiles = attachments.sideFiles
    return company
  }

  /// How remainders are written that give others no more than `checkpoint` does.
  func remainderOptions(like checkpoint: Checkpoint) -> OutputOptions {
    var options = output.settings.output
    options.sourcePermissions = checkpoint.permissions
    return options
  }

  /// Publishes what a run that was interrupted left of the output that is replaced.
  private func finishReplaced() throws {
    guard output.destination != .standardOutput,
      let replaced = try? Checkpoint.open(output.destination.path)
    else { return }
    try RemainderFile.finishPublishing(of: replaced, threads: output.settings.threads)
  }
}
