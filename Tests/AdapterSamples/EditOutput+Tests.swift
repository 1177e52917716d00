import Containers
import Merging
import Tensors

extension EditOutput {
  /// An output like `checkpoint` that is not forced onto the disk.
  package static func forTests(_ path: String, like checkpoint: Checkpoint) -> Self {
    Self(
      CheckpointDestination(path, like: checkpoint),
      settings: CheckpointWriter.Settings(
        output: OutputOptions(synchronizes: false), compression: .none, threads: 2))
  }
}

extension Checkpoint {
  /// Every tensor, by name.
  package func allTensors() throws -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for shard in shards {
      for (entry, tensor) in try shard.file.tensors() { result[entry.name] = tensor }
    }
    return result
  }
}
