import Kernels
import Synchronization

/// The content of a blocked gzip file from front to back, several blocks inflated at a time.
final class BlockedInflateStream: ByteStream, @unchecked Sendable {
  private let index: BlockedGzipIndex
  private let decoders: [BlockDecoder]
  /// Contents of the blocks that are ready, as many as one batch has.
  private let slots: [SharedBytes]
  /// The block that the first slot holds, and how many slots hold one.
  private var first: Int
  private var ready = 0
  /// The slot and byte to give next.
  private var slot = 0
  private var position: Int

  init(
    _ file: InputFile, _ index: BlockedGzipIndex, from offset: Int, threads: Int
  ) throws(ContainerError) {
    self.index = index
    var decoders: [BlockDecoder] = []
    for _ in 0..<threads { decoders.append(try BlockDecoder(file, index)) }
    self.decoders = decoders
    slots = (0..<(threads == 1 ? 1 : 2 * threads)).map { _ in SharedBytes() }
    first =
      offset < index.contentOffsets[index.blocks.count]
      ? index.block(at: offset) : index.blocks.count
    position = offset - index.contentOffsets[first]
  }

  var offset: Int { index.memberOffsets[min(first + slot, index.blocks.count)] }

  func read(into buffer: inout MutableRawSpan) throws(ContainerError) -> Int {
    guard !buffer.isEmpty else { return 0 }
    if slot == ready {
      first += ready
      guard first < index.blocks.count else { return 0 }
      try inflateBatch()
    }
    let start = position
    let (count, isUsedUp) = slots[slot].bytes.withLock { content in
      let count = min(content.count - start, buffer.byteCount)
      content.withBytes { buffer.copy($0.extracting(start..<(start + count))) }
      return (count, start + count == content.count)
    }
    position = isUsedUp ? 0 : start + count
    if isUsedUp { slot += 1 }
    return count
  }

  private func inflateBatch() throws(ContainerError) {
    (ready, slot) = (0, 0)
    let count = min(slots.count, index.blocks.count - first)
    let (first, slots, decoders) = (first, slots, decoders)
    try Parallel.forEachWorker(count: count, threads: decoders.count) {
      (worker, number) throws(ContainerError) in
      try slots[number].bytes.withLock { (content) throws(ContainerError) in
        try decoders[worker].decode(first + number, into: &content)
      }
    }
    ready = count
  }
}
