/// Where a rewritten checkpoint goes, and in which form.
package enum CheckpointDestination: Sendable, Equatable {
  case standardOutput
  /// One file.
  case file(String)
  /// A folder in the Hugging Face layout.
  case folder(String)

  /// The destination that `path` means for a checkpoint that has the form of `source`.
  ///
  /// `-` is standard output; a name in `.safetensors`, `.safetensors.gz` or `.gz` is a file; else
  /// the result has the form of the source.
  package init(_ path: String, like source: Checkpoint) {
    if path == "-" {
      self = .standardOutput
    } else if path.hasSuffix(".safetensors") || path.hasSuffix(".gz") {
      self = .file(path)
    } else {
      switch source.form {
      case .file, .stream: self = .file(path)
      case .folder, .shardedFolder: self = .folder(path)
      }
    }
  }

  /// Whether all shards become one container.
  package var isJoined: Bool {
    if case .folder = self { false } else { true }
  }
}
