import OrderedCollections
import Tensors

/// Writes a rewritten checkpoint: one file, a stream, or a folder with its shards and side files.
///
/// Nothing bears its final name before `finish`.
package final class CheckpointWriter: RewriteSink {
  /// How to write, whatever is written.
  package struct Settings: Sendable {
    package var output: OutputOptions
    package var compression: TensorFileWriter.Compression
    package var threads: Int

    package init(
      output: OutputOptions, compression: TensorFileWriter.Compression, threads: Int
    ) {
      self.output = output
      self.compression = compression
      self.threads = threads
    }
  }

  private let shards: [TensorFileWriter]
  /// For each result of the plan: its shard, and where its bytes begin there.
  private let places: [(shard: Int, offset: Int)]
  private let metadata: [OrderedDictionary<String, String>]
  private let folder: OutputFolder?
  private let canUpdateMetadata: Bool

  /// Begins the output; every refusal that concerns it comes from here.
  ///
  /// - Parameters:
  ///   - plan: What will be written.
  ///   - company: What goes along with the tensors.
  ///   - destination: Where to.
  ///   - settings: How to write.
  /// - Throws: `ContainerError` when the output cannot be created.
  package init(
    _ plan: RewritePlan, with company: CheckpointCompany, to destination: CheckpointDestination,
    settings: Settings
  ) throws {
    var settings = settings
    settings.output.sourcePermissions = company.layout.permissions
    places = Self.places(in: plan)
    canUpdateMetadata = destination != .standardOutput
    switch destination {
    case .standardOutput, .file:
      folder = nil
      metadata = [company.metadata(ofShard: nil)]
      let target: TensorFileDestination =
        if case .file(let path) = destination { .path(path, settings.output) } else {
          .standardOutput
        }
      shards = [try Self.writer(plan.shards[0], target, metadata[0], settings)]
    case .folder(let path):
      let folder = try OutputFolder(path: path, options: settings.output)
      self.folder = folder
      metadata = plan.shards.indices.map { company.metadata(ofShard: $0) }
      do {
        shards = try Self.shardWriters(plan, in: folder, metadata, settings)
        try company.write(beside: plan, into: folder)
      } catch {
        folder.discard()
        throw error
      }
    }
  }

  // MARK: Setting up

  private static func places(in plan: RewritePlan) -> [(shard: Int, offset: Int)] {
    plan.shards.enumerated().flatMap { index, shard in
      var offset = 0
      return shard.results.map { result in
        defer { offset += result.byteCount }
        return (index, offset)
      }
    }
  }

  private static func writer(
    _ shard: RewritePlan.Shard, _ destination: TensorFileDestination,
    _ metadata: OrderedDictionary<String, String>, _ settings: Settings
  ) throws -> TensorFileWriter {
    try TensorFileWriter(
      to: destination, entries: shard.results.map { ($0.name, $0.type, $0.shape) },
      metadata: metadata, compression: settings.compression, threads: settings.threads)
  }

  private static func shardWriters(
    _ plan: RewritePlan, in folder: OutputFolder,
    _ metadata: [OrderedDictionary<String, String>], _ settings: Settings
  ) throws -> [TensorFileWriter] {
    try zip(plan.shards, metadata).map { shard, metadata in
      let file = try folder.makeFile(named: shard.fileName)
      return try writer(shard, .file(file), metadata, settings)
    }
  }

  // MARK: Writing

  package var acceptsAnyOrder: Bool { shards.allSatisfy(\.acceptsRandomWrites) }

  package func take(_ bytes: RawSpan, ofResult result: Int, at offset: Int) throws {
    let place = places[result]
    if shards[place.shard].acceptsRandomWrites {
      try shards[place.shard].write(bytes, at: place.offset + offset)
    } else {
      try shards[place.shard].append(bytes)
    }
  }

  /// A further file of the output folder, to be published before `finish`; nil when there is none.
  package func makeFile(named name: String) throws(ContainerError) -> OutputFile? {
    try folder?.makeFile(named: name)
  }

  /// Completes the output under its final name.
  ///
  /// - Parameters:
  ///   - state: Entries of the metadata whose value is only now known; they must be as long as those
  ///     given at the start. On standard output the header has gone already.
  ///   - companions: Complete files that get their names with the output, all of them or none.
  /// - Throws: `ContainerError` when something cannot be written; nothing is published then.
  package func finish(
    updating state: OrderedDictionary<String, String>, with companions: [OutputFile] = []
  ) throws {
    for (writer, metadata) in zip(shards, metadata) {
      let final = metadata.merging(state) { _, new in new }
      try writer.finish(
        metadata: canUpdateMetadata ? final : nil, with: folder == nil ? companions : [])
    }
    try folder?.publish(with: companions)
  }

  /// Removes what was written.
  package func discard() {
    for shard in shards { shard.discard() }
    folder?.discard()
  }
}
