import Synchronization

/// The buffers of one worker, which has them to itself while it works on a chunk.
final class WorkerBuffers: Sendable {
  private let buffers = Mutex(ChunkBuffers())

  func withBuffers<Result: Sendable, Failure: Error>(
    _ body: (inout ChunkBuffers) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try buffers.withLock { (buffers) throws(Failure) in try body(&buffers) }
  }
}

/// A chunk as it was, and as it becomes.
struct ChunkBuffers: Sendable {
  private var source: [UInt8] = []
  private var result: [UInt8] = []
  private var isChanged = false

  /// Makes room for `count` bytes and lets `read` fill them.
  mutating func fill(_ count: Int, _ read: (inout MutableRawSpan) throws -> Void) throws {
    Self.resize(&source, to: count)
    isChanged = false
    try source.withMutableBytes { try read(&$0) }
  }

  /// Lets `body` compute a result of `count` bytes from the source.
  mutating func change(
    to count: Int, _ body: (_ source: RawSpan, _ result: inout MutableRawSpan) throws -> Void
  ) throws {
    Self.resize(&result, to: count)
    isChanged = true
    try source.withBytes { source in
      try result.withMutableBytes { try body(source, &$0) }
    }
  }

  func withSource<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try source.withBytes { bytes throws in try body(bytes) }
  }

  /// The result: what was computed, else the source.
  func withResult<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try (isChanged ? result : source).withBytes { bytes throws in try body(bytes) }
  }

  private static func resize(_ buffer: inout [UInt8], to count: Int) {
    if buffer.count > count {
      buffer.removeLast(buffer.count - count)
    } else {
      buffer.append(contentsOf: repeatElement(0, count: count - buffer.count))
    }
  }
}
