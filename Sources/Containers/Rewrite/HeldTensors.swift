import Synchronization

/// Tensors that are in memory because a stream gives them only once.
final class HeldTensors: Sendable {
  private let tensors = Mutex<[TensorPlace: [UInt8]]>([:])

  func hold(_ bytes: [UInt8], at place: TensorPlace) {
    tensors.withLock { $0[place] = bytes }
  }

  func holds(_ place: TensorPlace) -> Bool {
    tensors.withLock { $0[place] != nil }
  }

  /// Copies a range of a held tensor; false when it is not held.
  func copy(
    _ range: Range<Int>, at place: TensorPlace, into buffer: inout MutableRawSpan
  ) -> Bool {
    guard let bytes = tensors.withLock({ $0[place] }) else { return false }
    bytes.withBytes { buffer.copy($0.extracting(range)) }
    return true
  }

  func release(_ place: TensorPlace) {
    tensors.withLock { $0[place] = nil }
  }
}

/// Where a tensor of the source begins.
struct TensorPlace: Hashable, Sendable {
  let shard: Int
  let offset: Int

  init(_ location: Checkpoint.Location) {
    shard = location.shard
    offset = location.entry.range.lowerBound
  }
}

/// Counts down what is left to do for each of some things.
final class Countdown<Key: Hashable & Sendable>: Sendable {
  private let counts: Mutex<[Key: Int]>

  init(_ counts: [Key: Int]) {
    self.counts = Mutex(counts)
  }

  /// Notes that one is done, and whether it was the last.
  func isLast(of key: Key) -> Bool {
    counts.withLock { counts in
      let left = (counts[key] ?? 0) - 1
      counts[key] = left
      return left <= 0
    }
  }
}
