import Kernels

/// Writes a container as blocked gzip, several blocks compressed at a time; used by one thread.
final class BlockedGzipSink: ContainerSink, @unchecked Sendable {
  private let output: PlainSink
  private let encoders: [BlockEncoder]
  private let slots: [SharedBytes]
  /// Content not compressed yet, at most one batch.
  private var pending: [UInt8] = []
  private var blocks: [BlockedGzip.Block] = []
  private var end = 0

  init(_ destination: TensorFileDestination, threads: Int) throws(ContainerError) {
    output = try PlainSink(destination, expectedSize: 0)
    encoders = (0..<threads).map { _ in BlockEncoder() }
    slots = (0..<(threads == 1 ? 1 : 2 * threads)).map { _ in SharedBytes() }
    pending.reserveCapacity(slots.count * BlockedGzip.blockSize)
  }

  var acceptsRandomWrites: Bool { false }
  var canRewriteHeader: Bool { output.canRewriteHeader }

  func write(header: RawSpan) throws(ContainerError) {
    let members = BlockedGzip.storedMembers([UInt8](copying: header))
    blocks = members.blocks
    try emit(members.bytes)
  }

  func rewrite(header: RawSpan) throws(ContainerError) {
    let members = BlockedGzip.storedMembers([UInt8](copying: header))
    try members.bytes.withBytes { (bytes) throws(ContainerError) in
      try output.write(bytes, at: 0)
    }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(ContainerError) {
    var done = 0
    let capacity = slots.count * BlockedGzip.blockSize
    while done < bytes.byteCount {
      let count = min(capacity - pending.count, bytes.byteCount - done)
      pending.append(copying: bytes.extracting(done..<(done + count)))
      done += count
      if pending.count == capacity { try compressPending() }
    }
  }

  private func compressPending() throws(ContainerError) {
    let count = (pending.count + BlockedGzip.blockSize - 1) / BlockedGzip.blockSize
    let (pending, slots, encoders) = (pending, slots, encoders)
    Parallel.forEachWorker(count: count, threads: encoders.count) { worker, number in
      let start = number * BlockedGzip.blockSize
      let end = min(start + BlockedGzip.blockSize, pending.count)
      slots[number].bytes.withLock { member in
        pending.withBytes { encoders[worker].encode($0.extracting(start..<end), into: &member) }
      }
    }
    for number in 0..<count {
      let start = number * BlockedGzip.blockSize
      let contentSize = min(BlockedGzip.blockSize, pending.count - start)
      let member = slots[number].bytes.withLock { $0 }
      blocks.append(BlockedGzip.Block(memberSize: member.count, contentSize: contentSize))
      try emit(member)
    }
    self.pending.removeAll(keepingCapacity: true)
  }

  private func emit(_ bytes: [UInt8]) throws(ContainerError) {
    try bytes.withBytes { (bytes) throws(ContainerError) in try output.write(bytes, at: end) }
    end += bytes.count
  }

  /// Does nothing: the last blocks are not made before `finish`.
  func synchronize() {}

  func finish(with companions: [OutputFile]) throws(ContainerError) {
    try compressPending()
    try emit(BlockedGzip.index(of: blocks))
    try output.finish(with: companions)
  }

  func discard() {
    output.discard()
  }
}
