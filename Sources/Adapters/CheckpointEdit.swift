import Containers
import OrderedCollections
import Tensors

/// One pass from a source through transforms to an output, and the record of it in the header.
struct CheckpointEdit {
  /// Where the tensors come from.
  let source: Checkpoint
  /// Whose form, metadata and side files the output takes.
  let layout: Checkpoint
  let changes: RewriteChanges
  let destination: CheckpointDestination
  let settings: CheckpointWriter.Settings
  var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  /// Writes and publishes.
  ///
  /// - Parameters:
  ///   - state: What is merged in the output; nil for nothing. Fingerprints that are not known at
  ///     the start are filled in at the end.
  ///   - approve: Looks at the source's fingerprint before anything is published, and says what the
  ///     record shall name as the base.
  /// - Returns: The fingerprints of what was read and of what was written.
  /// - Throws: What reading, transforming, approving and writing throw; nothing is published then.
  func run(
    state: MergedState?, approve: (_ source: Fingerprint) throws -> Fingerprint?
  ) throws -> (source: Fingerprint, result: Fingerprint) {
    let sharding = destination.sharding
    let plan = try RewritePlan(source, like: layout, changes: changes, sharding: sharding)
    var company = CheckpointCompany(like: layout, sharding: sharding)
    company.metadata[MetadataKey.mergedState] = state?.text ?? ""
    let writer = try CheckpointWriter(plan, with: company, to: destination, settings: settings)
    do {
      let rewrite = Rewrite(
        of: source, as: plan, into: writer, threads: settings.threads, onProgress: onProgress)
      let fingerprints = try rewrite.run()
      var update: OrderedDictionary<String, String> = [:]
      let base = try approve(fingerprints.source)
      if var state {
        state.base = base
        state.result = fingerprints.result
        update[MetadataKey.mergedState] = state.text
      }
      try writer.finish(updating: update)
      return fingerprints
    } catch {
      writer.discard()
      throw error
    }
  }
}
