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

    package init(output: OutputOptions, compression: TensorFileWriter.Compression, threads: Int) {
      self.output = output
      self.compression = compression
      self.threads = threads
    }
  }

  private let shards: [TensorFileWriter]
  /// For each tensor of the plan: its shard, and where its bytes begin there.
  private let places: [(shard: Int, offset: Int)]
  private let metadata: [OrderedDictionary<String, String>]
  private let folder: OutputFolder?
  private let canUpdateMetadata: Bool

  /// Begins the output; every refusal that concerns it comes from here.
  ///
  /// - Parameters:
  ///   - plan: What will be written.
  ///   - layout: Whose metadata, index and side files are carried along.
  ///   - destination: Where to.
  ///   - state: Entries to add to each container's metadata; an empty text removes an entry.
  ///   - settings: How to write.
  /// - Throws: `ContainerError` when the output cannot be created.
  package init(
    _ plan: RewritePlan, like layout: Checkpoint, to destination: CheckpointDestination,
    adding state: OrderedDictionary<String, String>, settings: Settings
  ) throws {
    places = Self.places(in: plan)
    metadata = plan.shards.indices.map { index in
      Self.metadata(of: layout, shard: destination.isJoined ? nil : index, adding: state)
    }
    canUpdateMetadata = destination != .standardOutput
    switch destination {
    case .standardOutput:
      folder = nil
      shards = [try Self.writer(plan.shards[0], .standardOutput, metadata[0], settings)]
    case .file(let path):
      folder = nil
      let target = TensorFileDestination.path(path, settings.output)
      shards = [try Self.writer(plan.shards[0], target, metadata[0], settings)]
    case .folder(let path):
      let folder = try OutputFolder(path: path, options: settings.output)
      self.folder = folder
      do {
        shards = try Self.shardWriters(plan, in: folder, metadata, settings)
        try Self.carryAlong(layout, plan, into: folder)
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
      return shard.tensors.map { tensor in
        defer { offset += tensor.byteCount }
        return (index, offset)
      }
    }
  }

  /// The metadata of one shard of `layout`, or of all of them together, and what is added.
  private static func metadata(
    of layout: Checkpoint, shard: Int?, adding state: OrderedDictionary<String, String>
  ) -> OrderedDictionary<String, String> {
    var result: OrderedDictionary<String, String> = [:]
    for (index, source) in layout.shards.enumerated() where shard == nil || shard == index {
      result.merge(source.file.header.metadata ?? [:]) { first, _ in first }
    }
    if result.isEmpty { result["format"] = "pt" }
    for (key, value) in state { result[key] = value.isEmpty ? nil : value }
    return result
  }

  private static func writer(
    _ shard: RewritePlan.OutputShard, _ destination: TensorFileDestination,
    _ metadata: OrderedDictionary<String, String>, _ settings: Settings
  ) throws -> TensorFileWriter {
    try TensorFileWriter(
      to: destination, entries: shard.tensors.map { ($0.name, $0.type, $0.shape) },
      metadata: metadata, compression: settings.compression, threads: settings.threads)
  }

  private static func shardWriters(
    _ plan: RewritePlan, in folder: OutputFolder,
    _ metadata: [OrderedDictionary<String, String>], _ settings: Settings
  ) throws -> [TensorFileWriter] {
    try zip(plan.shards, metadata).map { shard, metadata in
      let file = try folder.makeFile(named: shard.fileName, expectedSize: 0)
      return try writer(shard, .file(file), metadata, settings)
    }
  }

  private static func carryAlong(
    _ layout: Checkpoint, _ plan: RewritePlan, into folder: OutputFolder
  ) throws {
    for name in layout.sideFiles {
      try folder.copy(sideFile: Folder.path(layout.path, name), named: name)
    }
    guard layout.form == .shardedFolder, var index = layout.index else { return }
    let size = plan.tensors.reduce(0) { $0 + $1.byteCount }
    var about = index["metadata"] ?? JSONValue(members: [])
    about["total_size"] = .number(JSONNumber(size))
    index["metadata"] = about
    try folder.write(index.indentedText + "\n", named: CheckpointFolder.indexName)
  }

  // MARK: Writing

  package var acceptsAnyOrder: Bool { shards.allSatisfy(\.acceptsRandomWrites) }

  package func take(_ bytes: RawSpan, ofTensor tensor: Int, at offset: Int) throws {
    let place = places[tensor]
    if shards[place.shard].acceptsRandomWrites {
      try shards[place.shard].write(bytes, at: place.offset + offset)
    } else {
      try shards[place.shard].append(bytes)
    }
  }

  /// Completes the output under its final name.
  ///
  /// - Parameter state: Entries of the metadata whose value is only now known; they must be as long
  ///   as those given at the start. On standard output the header has gone already.
  /// - Throws: `ContainerError` when something cannot be written; nothing is published then.
  package func finish(updating state: OrderedDictionary<String, String>) throws {
    for (writer, metadata) in zip(shards, metadata) {
      let final = metadata.merging(state) { _, new in new }
      try writer.finish(metadata: canUpdateMetadata ? final : nil)
    }
    try folder?.publish()
  }

  /// Removes what was written.
  package func discard() {
    for shard in shards { shard.discard() }
    folder?.discard()
  }
}
