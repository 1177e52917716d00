import Kernels
import Synchronization
import Tensors

/// Passes every byte of a checkpoint once through its transforms into a sink.
///
/// The unit of work is the fingerprint's chunk, 1 MiB of one tensor. Where both ends allow random
/// access, threads take chunks as they come free, each with its own two buffers; else a batch of
/// chunks is read in order, changed in parallel, and handed on in order. Either way the memory is a
/// few chunks for each thread, however large the model, and the bits are the same. Only a tensor whose
/// transform must see it whole first is held in memory when it comes from a stream.
package struct Rewrite: Sendable {
  private let source: Checkpoint
  private let tensors: [RewritePlan.OutputTensor]
  private let sink: any RewriteSink
  private let threads: Int
  private let chunks: [Chunk]
  private let sourceDigests: FingerprintBuilder
  private let resultDigests: FingerprintBuilder
  /// The place of each tensor among those that come from the source.
  private let sourceNumbers: [Int?]
  private let remaining: RemainingChunks
  private let reader: ForwardReader
  private let held = HeldTensors()
  private let onProgress: (@Sendable (_ bytes: Int) -> Void)?

  /// 1 MiB of one tensor, or what is left at its end.
  private struct Chunk: Sendable {
    let tensor: Int
    let range: Range<Int>
    var start: Int { range.lowerBound }
    var number: Int { range.lowerBound / Fingerprint.chunkSize }
  }

  /// - Parameters:
  ///   - source: Where tensors come from.
  ///   - plan: What to make of them; it must take every tensor of the source.
  ///   - sink: Where the result goes.
  ///   - threads: How many chunks are worked on at a time.
  ///   - onProgress: Called with the bytes done since the last call, from any thread.
  package init(
    of source: Checkpoint, as plan: RewritePlan, into sink: any RewriteSink, threads: Int,
    onProgress: (@Sendable (_ bytes: Int) -> Void)? = nil
  ) {
    self.source = source
    tensors = plan.tensors
    self.sink = sink
    self.threads = max(1, threads)
    self.onProgress = onProgress
    chunks = tensors.enumerated().flatMap { index, tensor in
      Self.chunks(of: tensor, index)
    }
    sourceDigests = FingerprintBuilder(
      tensors.compactMap { tensor in
        if case .source(_, let entry) = tensor.origin { entry } else { nil }
      })
    resultDigests = FingerprintBuilder(
      tensors.map { tensor in
        TensorEntry(
          name: tensor.name, type: tensor.type, shape: tensor.shape, range: 0..<tensor.byteCount)
      })
    var sourceNumber = 0
    sourceNumbers = tensors.map { tensor in
      guard case .source = tensor.origin else { return nil }
      defer { sourceNumber += 1 }
      return sourceNumber
    }
    remaining = RemainingChunks(tensors.map { Fingerprint.chunkCount($0.byteCount) })
    reader = ForwardReader(source, threads: self.threads)
  }

  private static func chunks(of tensor: RewritePlan.OutputTensor, _ index: Int) -> [Chunk] {
    let size = Fingerprint.chunkSize
    return stride(from: 0, to: tensor.byteCount, by: size).map { start in
      Chunk(tensor: index, range: start..<min(start + size, tensor.byteCount))
    }
  }

  /// Does the work.
  ///
  /// - Returns: The fingerprints of the source and of the result.
  /// - Throws: `ContainerError` from reading and writing, whatever a transform throws, and
  ///   `.interrupted` after a signal.
  package func run() throws -> (source: Fingerprint, result: Fingerprint) {
    if source.isRandomAccess && sink.acceptsAnyOrder {
      try runInAnyOrder()
    } else {
      try runInOrder()
    }
    try reader.finish()
    try source.checkUnchanged()
    return (sourceDigests.fingerprint(), resultDigests.fingerprint())
  }

  // MARK: Any order

  private func runInAnyOrder() throws {
    let buffers = (0..<threads).map { _ in WorkerBuffers() }
    try Parallel.forEachWorker(count: chunks.count, threads: threads) { (worker, index) throws in
      try Interruption.check()
      let chunk = chunks[index]
      try buffers[worker].withBuffers { buffers in
        try buffers.fill(chunk.range.count) { try read(chunk, into: &$0) }
        try change(chunk, in: &buffers)
        try buffers.withResult { try sink.take($0, ofTensor: chunk.tensor, at: chunk.start) }
      }
      onProgress?(chunk.range.count)
    }
  }

  // MARK: In order

  private func runInOrder() throws {
    let batch = threads * 2
    let buffers = (0..<batch).map { _ in WorkerBuffers() }
    for start in stride(from: 0, to: chunks.count, by: batch) {
      try Interruption.check()
      let group = chunks[start..<min(start + batch, chunks.count)]
      for (buffer, chunk) in zip(buffers, group) {
        try holdIfNeeded(chunk)
        try buffer.withBuffers { try $0.fill(chunk.range.count) { try read(chunk, into: &$0) } }
      }
      try Parallel.forEach(count: group.count, threads: threads) { index throws in
        try buffers[index].withBuffers { try change(group[start + index], in: &$0) }
      }
      for (buffer, chunk) in zip(buffers, group) {
        try buffer.withBuffers { buffers in
          try buffers.withResult { try sink.take($0, ofTensor: chunk.tensor, at: chunk.start) }
        }
        onProgress?(chunk.range.count)
      }
    }
  }

  /// Reads the whole tensor when this is its first chunk and a stream could not go back for it.
  private func holdIfNeeded(_ chunk: Chunk) throws {
    let tensor = tensors[chunk.tensor]
    guard chunk.start == 0, tensor.transform?.readsTensorFirst ?? false,
      case .source(let shard, let entry) = tensor.origin,
      !source.shards[shard].file.isRandomAccess
    else { return }
    var bytes = [UInt8](repeating: 0, count: entry.byteCount)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      try reader.read(entry.range.lowerBound, ofShard: shard, into: &bytes)
    }
    held.hold(bytes, forTensor: chunk.tensor)
  }

  // MARK: One chunk

  private func read(_ chunk: Chunk, into buffer: inout MutableRawSpan) throws {
    if held.copy(chunk.range, ofTensor: chunk.tensor, into: &buffer) { return }
    switch tensors[chunk.tensor].origin {
    case .source(let shard, let entry):
      try reader.read(
        entry.range.lowerBound + chunk.range.lowerBound, ofShard: shard, into: &buffer)
    case .memory(let tensor):
      tensor.bytes.withBytes { buffer.copy($0.extracting(chunk.range)) }
    }
  }

  private func change(_ chunk: Chunk, in buffers: inout ChunkBuffers) throws {
    let tensor = tensors[chunk.tensor]
    let before = buffers.withSource { Digest(of: $0) }
    if let number = sourceNumbers[chunk.tensor] {
      sourceDigests.record(chunk: chunk.number, ofTensor: number, before)
    }
    guard let transform = tensor.transform else {
      buffers.isChanged = false
      resultDigests.record(chunk: chunk.number, ofTensor: chunk.tensor, before)
      return
    }
    try transform.prepare { range, destination in
      try read(Chunk(tensor: chunk.tensor, range: range), into: &destination)
    }
    buffers.isChanged = true
    try buffers.change { try transform.apply(chunk.range, from: $0, into: &$1) }
    resultDigests.record(
      chunk: chunk.number, ofTensor: chunk.tensor, buffers.withResult { Digest(of: $0) })
    if remaining.isLast(ofTensor: chunk.tensor) {
      transform.finish()
      held.release(chunk.tensor)
    }
  }
}
