import Adapters
import Containers

/// Where the remainder of a step is written.
enum RemainderPlace: Sendable, Equatable {
  /// Under this name in the folder that is written.
  case inFolder(String)
  /// A file of its own.
  case file(String)

  /// The place that goes with `destination`, for the step of this number.
  ///
  /// - Throws: `AdapterError.unsupported` for standard output, whose header is gone before the
  ///   remainder is known.
  init(
    for destination: CheckpointDestination, step: Int, given: String?
  ) throws(AdapterError) {
    let number = step == 0 ? "" : "-\(step + 1)"
    switch destination {
    case .standardOutput:
      throw .unsupported(
        file: "standard output",
        what: "a reversible result records the fingerprint of its remainder, which is not known "
          + "when a stream begins",
        remedy: "write a file or a folder")
    case .file(let path):
      self = .file(given ?? "\(path).remainder\(number).safetensors")
    case .folder:
      self = given.map { .file($0) } ?? .inFolder("lora_remainder\(number).safetensors")
    }
  }

  /// How the record in the header names it.
  func recordedPath(in destination: CheckpointDestination) -> String {
    switch self {
    case .inFolder(let name): name
    case .file(let path): RelativePath.path(to: path, from: Self.folder(of: destination))
    }
  }

  /// The folder that paths in the record of `merged` are counted from.
  static func folder(of merged: Checkpoint) -> String {
    switch merged.form {
    case .file: RelativePath.parent(of: merged.path)
    case .stream: ""
    case .folder, .shardedFolder: merged.path
    }
  }

  static func folder(of destination: CheckpointDestination) -> String {
    switch destination {
    case .standardOutput: ""
    case .file(let path): RelativePath.parent(of: path)
    case .folder(let path): path
    }
  }
}
