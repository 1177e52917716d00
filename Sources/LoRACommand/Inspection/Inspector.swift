import Containers
import Tensors

/// Looks at files: from their headers alone, or at every byte.
package struct Inspector {
  /// Reads everything and checks it.
  package var checksContent = false
  /// How many threads inflate compressed blocks.
  package var threads = 1
  package var isQuiet = false

  package init() {}

  /// What is at `path`: a file, a folder, or `-` for standard input.
  ///
  /// A stream is read to its end in any case, so that who writes it can finish.
  ///
  /// - Throws: what opening and reading throw, and `InspectionProblem.dataset` for a CSV file.
  package func inspect(_ path: String) throws -> Inspection {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint.open(path)
    } catch {
      throw try DatasetSignature.explanation(of: error, at: path) ?? error
    }
    var inspection = Inspection(checkpoint)
    if checksContent || checkpoint.form == .stream {
      let check = try ContentCheck(
        reading: checkpoint, threads: threads, quiet: isQuiet)
      if checksContent { inspection.check = check }
    }
    try checkpoint.checkUnchanged()
    return inspection
  }
}

extension Inspection {
  init(_ checkpoint: Checkpoint) {
    let isSharded = checkpoint.form == .shardedFolder
    path = checkpoint.path
    kind = .checkpoint
    switch checkpoint.form {
    case .file: form = .file
    case .stream: form = .stream
    case .folder: form = .folder
    case .shardedFolder: form = .shardedFolder
    }
    switch checkpoint.shards[0].file.compression {
    case .none: compression = nil
    case .gzip: compression = "gzip"
    case .blockedGzip: compression = "blocked gzip"
    }
    let sizes = checkpoint.shards.map(\.file.fileSize)
    fileSize = sizes.contains(nil) ? nil : sizes.reduce(0) { $0 + ($1 ?? 0) }
    tensors = checkpoint.tensors.map { location in
      InspectedTensor(
        name: location.entry.name, type: location.entry.type, shape: location.entry.shape,
        byteCount: location.entry.byteCount,
        shard: isSharded ? checkpoint.shards[location.shard].fileName : nil)
    }
    metadata = (checkpoint.shards[0].file.header.metadata ?? [:]).map { ($0.key, $0.value) }
  }
}
