import Synchronization

/// Reads a checkpoint's data: anywhere when it allows that, else from front to back.
final class ForwardReader: Sendable {
  private let checkpoint: Checkpoint
  private let threads: Int
  /// The one pass over each shard that is no random access; begun when it is first needed.
  private let passes: Mutex<[Int: Pass]>

  /// Used by one thread at a time: whatever reads in order reads from one thread.
  private final class Pass: @unchecked Sendable {
    let reader: SequentialReader

    init(_ reader: SequentialReader) {
      self.reader = reader
    }
  }

  init(_ checkpoint: Checkpoint, threads: Int) {
    self.checkpoint = checkpoint
    self.threads = threads
    passes = Mutex([:])
  }

  var isRandomAccess: Bool { checkpoint.isRandomAccess }

  /// Fills `destination` from `offset` of the data section of one shard.
  ///
  /// - Throws: `InputProblem.needsRandomAccess` when a stream would have to go back.
  func read(
    _ offset: Int, ofShard shard: Int, into destination: inout MutableRawSpan
  ) throws(ContainerError) {
    let file = checkpoint.shards[shard].file
    guard !file.isRandomAccess else {
      try file.read(at: offset, into: &destination)
      return
    }
    let reader = try pass(over: shard).reader
    guard reader.position <= offset else {
      throw ContainerError(file: file.path, .input(.needsRandomAccess))
    }
    try reader.skip(offset - reader.position)
    try reader.read(into: &destination)
  }

  /// Reads every sequential shard to its end, where checksums and trailing bytes show.
  func finish() throws(ContainerError) {
    for shard in checkpoint.shards.indices where !checkpoint.shards[shard].file.isRandomAccess {
      try pass(over: shard).reader.finish()
    }
  }

  private func pass(over shard: Int) throws(ContainerError) -> Pass {
    if let pass = passes.withLock({ $0[shard] }) { return pass }
    let pass = Pass(try checkpoint.shards[shard].file.makeReader(threads: threads))
    passes.withLock { $0[shard] = pass }
    return pass
  }
}
