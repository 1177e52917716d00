import Synchronization
import Tensors

/// Room for numbers, which a thread keeps between pieces.
package struct PairScratch: Sendable {
  package var first: [Float] = []
  package var second: [Float] = []

  package init() {}
}

/// What one thread holds of a pair of tensors.
struct PairBuffers: Sendable {
  var base: [UInt8] = []
  var other: [UInt8] = []
  private var scratch = PairScratch()

  /// Makes one of the buffers `count` bytes long and lets `read` fill it.
  mutating func fill<Failure>(
    _ buffer: WritableKeyPath<PairBuffers, [UInt8]>, _ count: Int,
    _ read: (inout MutableRawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    self[keyPath: buffer].resize(to: count)
    try self[keyPath: buffer].withMutableBytes(read)
  }

  mutating func lend(
    _ body: (_ base: RawSpan, _ other: RawSpan, inout PairScratch) throws -> Void
  ) throws {
    try base.withBytes { base in try other.withBytes { try body(base, $0, &scratch) } }
  }
}

/// The buffers of one thread, which has them to itself while it works on a piece.
final class SharedBuffers: Sendable {
  private let buffers = Mutex(PairBuffers())

  func withLock(_ body: (inout PairBuffers) throws -> Void) throws {
    try buffers.withLock { try body(&$0) }
  }
}

extension Array where Element == UInt8 {
  /// Cuts the array, or adds zeros.
  mutating func resize(to count: Int) {
    if self.count > count {
      removeLast(self.count - count)
    } else {
      append(contentsOf: repeatElement(0, count: count - self.count))
    }
  }
}
