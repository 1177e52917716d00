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
  /// the result is a folder when it has to be one, or has the form of the source.
  package init(_ path: String, like source: Checkpoint, mustBeFolder: Bool = false) {
    if path == "-" {
      self = .standardOutput
    } else if path.hasSuffix(".safetensors") || path.hasSuffix(".gz") {
      self = .file(path)
    } else if mustBeFolder {
      self = .folder(path)
    } else {
      switch source.form {
      case .file, .stream: self = .file(path)
      case .folder, .shardedFolder: self = .folder(path)
      }
    }
  }

  /// How tensors are spread when nothing else is asked for.
  package var sharding: Sharding {
    if case .folder = self { .asBefore } else { .joined }
  }
}
