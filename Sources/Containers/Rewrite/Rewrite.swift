import Kernels
import Tensors

/// Passes every byte of a checkpoint once through a plan's transforms into a sink.
///
/// The unit of work is the fingerprint's chunk, 1 MiB of one tensor. Where both ends allow random
/// access, threads take chunks as they come free, each with its own two buffers; else a batch of
/// chunks is read in order, changed in parallel, and handed on in order. Either way the memory is a
/// few chunks for each thread, however large the model, and the bits are the same. A tensor of a
/// stream is held in memory only when its transform must see it whole first, or when more than one
/// result is made from it.
package struct Rewrite: Sendable {
  private let source: Checkpoint
  private let steps: [RewritePlan.Step]
  private let sink: any RewriteSink
  private let threads: Int
  private let chunks: [RewriteChunk]
  /// The chunks of what is known only when a step is done, by the number of that step.
  private let followers: [Int: [RewriteChunk]]
  private let digests: RewriteDigests
  private let remaining: Countdown<Int>
  private let uses: Countdown<TensorPlace>
  private let reader: ForwardReader
  private let held = HeldTensors()
  private let onProgress: (@Sendable (_ bytes: Int) -> Void)?
  /// Sources of more than one step, by how many.
  private let useCounts: [TensorPlace: Int]

  /// Prepares the work.
  ///
  /// - Parameters:
  ///   - source: Where tensors come from.
  ///   - plan: What to make of them; it takes every tensor of the source.
  ///   - sink: Where the result goes.
  ///   - threads: How many chunks are worked on at a time.
  ///   - onProgress: Called with the bytes read since the last call, from any thread.
  package init(
    of source: Checkpoint, as plan: RewritePlan, into sink: any RewriteSink, threads: Int,
    onProgress: (@Sendable (_ bytes: Int) -> Void)? = nil
  ) {
    self.source = source
    steps = plan.steps
    self.sink = sink
    self.threads = max(1, threads)
    self.onProgress = onProgress
    let chunks = steps.enumerated().map { RewriteChunk.chunks(of: $1, number: $0) }
    (self.chunks, followers) = Self.parted(chunks, of: steps)
    digests = RewriteDigests(steps)
    remaining = Countdown(
      Dictionary(uniqueKeysWithValues: chunks.enumerated().map { ($0, $1.count) }))
    let places = steps.compactMap { step in
      if case .source(let location) = step.origin { TensorPlace(location) } else { nil }
    }
    useCounts = Dictionary(places.map { ($0, 1) }, uniquingKeysWith: +)
    uses = Countdown(useCounts)
    reader = ForwardReader(source, threads: self.threads)
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
    return digests.fingerprints()
  }

  /// The chunks that can be worked on at once, and those that follow a step.
  private static func parted(
    _ chunks: [[RewriteChunk]], of steps: [RewritePlan.Step]
  ) -> (chunks: [RewriteChunk], followers: [Int: [RewriteChunk]]) {
    var (free, followers) = ([RewriteChunk](), [Int: [RewriteChunk]]())
    var leader = 0
    for (number, step) in steps.enumerated() {
      if case .companion = step.origin {
        followers[leader, default: []] += chunks[number]
      } else {
        leader = number
        free += chunks[number]
      }
    }
    return (free, followers)
  }

  // MARK: Any order

  private func runInAnyOrder() throws {
    let buffers = (0..<threads).map { _ in WorkerBuffers() }
    try Parallel.forEachWorker(count: chunks.count, threads: threads) { (worker, index) throws in
      try Interruption.check()
      let chunk = chunks[index]
      try buffers[worker].withBuffers { buffers in
        try fill(&buffers, with: chunk)
        let isLast = try change(chunk, in: &buffers)
        try handOn(chunk, from: buffers)
        if isLast { try writeFollowers(of: chunk.step, through: &buffers) }
      }
    }
  }

  // MARK: In order

  private func runInOrder() throws {
    let buffers = (0..<threads * 2).map { _ in WorkerBuffers() }
    var start = 0
    while start < chunks.count {
      try Interruption.check()
      let group = chunks[start..<endOfGroup(from: start, limit: buffers.count)]
      for (buffer, chunk) in zip(buffers, group) {
        try holdIfNeeded(chunk)
        try buffer.withBuffers { try fill(&$0, with: chunk) }
      }
      let first = start
      try Parallel.forEach(count: group.count, threads: threads) { index throws in
        _ = try buffers[index].withBuffers { try change(group[first + index], in: &$0) }
      }
      for (index, chunk) in zip(group.indices, group) {
        try buffers[index - start].withBuffers { buffers in
          try handOn(chunk, from: buffers)
          let isLast = index + 1 == chunks.count || chunks[index + 1].step != chunk.step
          if isLast { try writeFollowers(of: chunk.step, through: &buffers) }
        }
      }
      start = group.endIndex
    }
  }

  /// Where the chunks end that are worked on together: before a second tensor that has to be held.
  private func endOfGroup(from start: Int, limit: Int) -> Int {
    var end = start + 1
    while end < min(start + limit, chunks.count),
      chunks[end].step == chunks[start].step || !mustHold(chunks[end])
    {
      end += 1
    }
    return end
  }

  /// Reads the whole tensor when this is its first chunk and a stream could not go back for it.
  private func holdIfNeeded(_ chunk: RewriteChunk) throws {
    guard mustHold(chunk), case .source(let location) = steps[chunk.step].origin else { return }
    let place = TensorPlace(location)
    try held.hold(location.entry.byteCount, at: place) { (bytes) throws(ContainerError) in
      try reader.read(location.entry.range.lowerBound, ofShard: location.shard, into: &bytes)
    }
  }

  private func mustHold(_ chunk: RewriteChunk) -> Bool {
    let step = steps[chunk.step]
    guard chunk.source.lowerBound == 0, case .source(let location) = step.origin,
      !source.shards[location.shard].file.isRandomAccess
    else { return false }
    let place = TensorPlace(location)
    let isNeededAgain =
      useCounts[place, default: 1] > 1 || (step.transform?.readsTensorFirst ?? false)
    return isNeededAgain && !held.holds(place)
  }

  // MARK: One chunk

  private func writeFollowers(of step: Int, through buffers: inout ChunkBuffers) throws {
    for chunk in followers[step] ?? [] {
      try fill(&buffers, with: chunk)
      _ = try change(chunk, in: &buffers)
      try handOn(chunk, from: buffers)
    }
  }

  private func fill(_ buffers: inout ChunkBuffers, with chunk: RewriteChunk) throws {
    try buffers.fill(chunk.source.count) {
      try read(chunk.source, of: steps[chunk.step].origin, into: &$0)
    }
  }

  private func read(
    _ range: Range<Int>, of origin: RewritePlan.Step.Origin, into buffer: inout MutableRawSpan
  ) throws {
    switch origin {
    case .source(let location):
      guard !held.copy(range, at: TensorPlace(location), into: &buffer) else { return }
      try reader.read(
        location.entry.range.lowerBound + range.lowerBound, ofShard: location.shard, into: &buffer)
    case .memory(let tensor):
      tensor.bytes.withBytes { buffer.copy($0.extracting(range)) }
    case .stored(let stored):
      try stored.file.read(at: stored.entry.range.lowerBound + range.lowerBound, into: &buffer)
    case .companion(let companion):
      companion.bytes().withBytes { buffer.copy($0.extracting(range)) }
    case .made: break
    }
  }

  /// Computes a chunk, and tells whether it was the last of its step.
  private func change(_ chunk: RewriteChunk, in buffers: inout ChunkBuffers) throws -> Bool {
    let step = steps[chunk.step]
    if let transform = step.transform, step.result != nil {
      try transform.prepare { try read($0, of: step.origin, into: &$1) }
      try buffers.change(to: chunk.result.count) {
        try transform.apply(chunk.elements, from: $0, into: &$1)
      }
    }
    digests.record(chunk, of: step, in: buffers)
    guard remaining.isLast(of: chunk.step) else { return false }
    step.transform?.finish()
    if case .source(let location) = step.origin, uses.isLast(of: TensorPlace(location)) {
      held.release(TensorPlace(location))
    }
    return true
  }

  private func handOn(_ chunk: RewriteChunk, from buffers: ChunkBuffers) throws {
    if let result = digests.resultNumber(ofStep: chunk.step) {
      try buffers.withResult { try sink.take($0, ofResult: result, at: chunk.result.lowerBound) }
    }
    onProgress?(chunk.source.count)
  }
}
