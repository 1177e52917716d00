import Synchronization

/// The two buffers of one worker, which has them to itself while it works on a chunk.
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
  /// Whether the result is in its own buffer, or the source is the result.
  var isChanged = false

  /// Makes room for `count` bytes and lets `read` fill them.
  mutating func fill(_ count: Int, _ read: (inout MutableRawSpan) throws -> Void) throws {
    Self.resize(&source, to: count)
    isChanged = false
    try source.withMutableBytes { try read(&$0) }
  }

  /// Lets `body` compute the result from the source.
  mutating func change(
    _ body: (_ source: RawSpan, _ result: inout MutableRawSpan) throws -> Void
  ) throws {
    Self.resize(&result, to: source.count)
    try source.withBytes { source in
      try result.withMutableBytes { try body(source, &$0) }
    }
  }

  func withSource<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try source.withBytes { bytes throws in try body(bytes) }
  }

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

/// Counts down the chunks of each tensor.
final class RemainingChunks: Sendable {
  private let counts: Mutex<[Int]>

  init(_ counts: [Int]) {
    self.counts = Mutex(counts)
  }

  /// Notes that a chunk is done, and whether it was the tensor's last.
  func isLast(ofTensor tensor: Int) -> Bool {
    counts.withLock { counts in
      counts[tensor] -= 1
      return counts[tensor] == 0
    }
  }
}

/// Tensors that are in memory because a stream gives them only once.
final class HeldTensors: Sendable {
  private let tensors = Mutex<[Int: [UInt8]]>([:])

  func hold(_ bytes: [UInt8], forTensor tensor: Int) {
    tensors.withLock { $0[tensor] = bytes }
  }

  /// Copies a range of a held tensor; false when it is not held.
  func copy(
    _ range: Range<Int>, ofTensor tensor: Int, into buffer: inout MutableRawSpan
  ) -> Bool {
    guard let bytes = tensors.withLock({ $0[tensor] }) else { return false }
    bytes.withBytes { buffer.copy($0.extracting(range)) }
    return true
  }

  func release(_ tensor: Int) {
    tensors.withLock { $0[tensor] = nil }
  }
}
