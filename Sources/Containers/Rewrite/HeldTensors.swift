import Synchronization

/// Tensors that are in memory because a stream gives them only once.
final class HeldTensors: Sendable {
  private let tensors = Mutex<[TensorPlace: [UInt8]]>([:])
  /// The memory of a tensor that was let go, for the next: freed and taken anew it would not go back
  /// to the system each time.
  private let spare = Mutex<[UInt8]>([])

  /// Holds `count` bytes that `read` fills in.
  func hold(
    _ count: Int, at place: TensorPlace,
    _ read: (inout MutableRawSpan) throws(ContainerError) -> Void
  ) throws(ContainerError) {
    var bytes = spare.withLock { spare in
      defer { spare = [] }
      return spare
    }
    if bytes.count > count {
      bytes.removeLast(bytes.count - count)
    } else {
      bytes.reserveCapacity(count)
      bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
    }
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in try read(&bytes) }
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
    guard let bytes = tensors.withLock({ $0.removeValue(forKey: place) }) else { return }
    spare.withLock { $0 = bytes }
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
