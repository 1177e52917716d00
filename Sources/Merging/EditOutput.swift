import Containers

/// Where an edited checkpoint goes, and how.
package struct EditOutput: Sendable {
  package let destination: CheckpointDestination
  package let settings: CheckpointWriter.Settings
  /// The size of shards, in bytes of tensor data; nil keeps the shards as they are.
  package var shardSize: Int?
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?
  /// The checkpoint that is changed in place instead of written anew.
  package private(set) var target: InPlaceTarget?
  /// Old bytes that a journal keeps at a time, at most.
  package var ringSize = 64 << 20

  /// Changes `target` in place, or goes on with a change of it that was interrupted.
  ///
  /// - Parameters:
  ///   - target: The checkpoint.
  ///   - threads: How many chunks are worked on at a time.
  ///   - force: Replace a remainder of something else.
  package init(changing target: InPlaceTarget, threads: Int, force: Bool = false) {
    let checkpoint = target.checkpoint
    self.init(
      checkpoint.form == .file ? .file(checkpoint.path) : .folder(checkpoint.path),
      settings: CheckpointWriter.Settings(
        output: OutputOptions(force: force), compression: .none, threads: threads))
    self.target = target
  }

  package init(_ destination: CheckpointDestination, settings: CheckpointWriter.Settings) {
    self.destination = destination
    self.settings = settings
  }

  package var sharding: Sharding {
    guard let shardSize, case .folder = destination else { return destination.sharding }
    return .sized(shardSize)
  }
}
