import Kernels
import Tensors

/// Two checkpoints of one model, read tensor by tensor beside each other.
package struct CheckpointPair: Sendable {
  /// A tensor that both have.
  package struct Member: Sendable {
    package let base: Checkpoint.Location
    package let other: Checkpoint.Location

    package var name: String { base.entry.name }
  }

  package let base: Checkpoint
  package let other: Checkpoint
  /// What both have, in the order of the base's bytes.
  package let members: [Member]
  /// What only the base has, in its order.
  package let onlyInBase: [TensorEntry]
  /// What only the other one has, in its order.
  package let onlyInOther: [TensorEntry]

  private let baseReader: ForwardReader
  private let otherReader: ForwardReader
  private let threads: Int
  /// One for each thread, kept from tensor to tensor: fresh memory costs more than the reading.
  private let buffers: [SharedBuffers]

  /// A pair, of which nothing but the headers has been read.
  package init(_ base: Checkpoint, _ other: Checkpoint, threads: Int) {
    (self.base, self.other, self.threads) = (base, other, threads)
    baseReader = ForwardReader(base, threads: threads)
    otherReader = ForwardReader(other, threads: threads)
    buffers = (0..<max(1, threads)).map { _ in SharedBuffers() }
    var members: [Member] = []
    var onlyInBase: [TensorEntry] = []
    let names = Dictionary(
      other.tensors.map { (ExactString($0.entry.name), $0) },
      uniquingKeysWith: { first, _ in first })
    for location in base.tensorsByOffset {
      if let found = names[ExactString(location.entry.name)] {
        members.append(Member(base: location, other: found))
      } else {
        onlyInBase.append(location.entry)
      }
    }
    let own = Set(base.entries.map { ExactString($0.name) })
    (self.members, self.onlyInBase) = (members, onlyInBase)
    onlyInOther = other.entries.filter { !own.contains(ExactString($0.name)) }
  }

  /// Lets `body` see a member's elements in both checkpoints, piece by piece.
  ///
  /// A piece is what a fingerprint's chunk of the base holds. Where both allow it, threads take
  /// pieces as they come free; else they come in order. Members must be of one shape, and of one
  /// type or both of whole bytes.
  ///
  /// - Parameters:
  ///   - member: One of `members`; for streams, in their order.
  ///   - body: Is given the piece's number, its bytes in both, and room for numbers of its own.
  /// - Throws: `ContainerError` from reading, `.interrupted` after a signal, what `body` throws.
  package func read(
    _ member: Member,
    _ body:
      @Sendable (
        _ piece: Int, _ base: RawSpan, _ other: RawSpan, _ scratch: inout PairScratch
      ) throws -> Void
  ) throws {
    let count = Fingerprint.chunkCount(member.base.entry.byteCount)
    let isParallel = baseReader.isRandomAccess && otherReader.isRandomAccess
    try Parallel.forEachWorker(count: count, threads: isParallel ? threads : 1) {
      (worker, piece) throws in
      try Interruption.check()
      try buffers[worker].withLock { buffers in
        try fill(&buffers, with: piece, of: member)
        try buffers.lend { try body(piece, $0, $1, &$2) }
      }
    }
  }

  private func fill(
    _ buffers: inout PairBuffers, with piece: Int, of member: Member
  ) throws(ContainerError) {
    let (entry, other) = (member.base.entry, member.other.entry)
    let start = piece * Fingerprint.chunkSize
    let range = start..<min(start + Fingerprint.chunkSize, entry.byteCount)
    try buffers.fill(\.base, range.count) { (bytes) throws(ContainerError) in
      try baseReader.read(
        entry.range.lowerBound + range.lowerBound, ofShard: member.base.shard, into: &bytes)
    }
    let (bits, otherBits) = (entry.type.bitCount, other.type.bitCount)
    let (from, to) = (range.lowerBound * otherBits / bits, range.upperBound * otherBits / bits)
    try buffers.fill(\.other, to - from) { (bytes) throws(ContainerError) in
      try otherReader.read(
        other.range.lowerBound + from, ofShard: member.other.shard, into: &bytes)
    }
  }

  /// Reads streams to their ends, where damage shows, and makes sure that no file has changed.
  package func finish() throws(ContainerError) {
    try baseReader.finish()
    try otherReader.finish()
    try base.checkUnchanged()
    try other.checkUnchanged()
  }
}

extension Checkpoint {
  /// All tensors, shard after shard, each shard in the order of its bytes.
  package var tensorsByOffset: [Location] {
    shards.indices.flatMap { shard in
      shards[shard].file.header.entriesByOffset.map { Location(shard: shard, entry: $0) }
    }
  }
}
