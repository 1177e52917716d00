import Tensors

/// Computes the chunks of a change in place by a rewrite's transforms.
package final class InPlaceRewrite: ChunkMaker {
  /// One chunk's part of its tensor.
  private struct Piece: Sendable {
    /// A position in `steps`.
    let step: Int
    /// Bytes of the tensor.
    let range: Range<Int>
  }

  private let steps: [RewritePlan.Step]
  private let pieces: [Piece]
  private let reader: ForwardReader
  /// Whether a chunk is made from its own old bytes.
  private let isOwnSource: Bool
  private let remaining: Countdown<Int>

  /// Prepares to make `chunks`, each of which is a fingerprint's chunk of one tensor.
  ///
  /// - Parameters:
  ///   - chunks: What changes.
  ///   - plan: How it is computed.
  ///   - source: What it is computed from: the target's own checkpoint, or another one that can be
  ///     read anywhere.
  ///   - target: What is changed.
  /// - Throws: `InPlaceProblem.otherForm` when a chunk is none of the plan's results,
  ///   `InputProblem.needsRandomAccess` for the source.
  package init(
    _ chunks: [JournalContents.Chunk], as plan: RewritePlan, from source: Checkpoint,
    in target: InPlaceTarget
  ) throws(ContainerError) {
    guard source.isRandomAccess else {
      throw ContainerError(file: source.path, .input(.needsRandomAccess))
    }
    let steps = plan.steps
    let starts = Self.starts(of: steps, in: target)
    var next = 0
    var pieces: [Piece] = []
    for chunk in chunks {
      let place = (chunk.file, chunk.range.lowerBound)
      while next + 1 < starts.count, (starts[next + 1].file, starts[next + 1].offset) <= place {
        next += 1
      }
      let piece = starts.indices.contains(next) ? Self.piece(chunk, starts[next], steps) : nil
      guard let piece else {
        throw ContainerError(file: target.checkpoint.path, .inPlace(.otherForm))
      }
      pieces.append(piece)
    }
    self.steps = steps
    self.pieces = pieces
    isOwnSource = source === target.checkpoint
    reader = ForwardReader(source, threads: 1)
    remaining = Countdown(Dictionary(pieces.map { ($0.step, 1) }, uniquingKeysWith: +))
  }

  private typealias Start = (file: Int, offset: Int, step: Int)

  /// Where the result of each step begins, in the order of files and bytes.
  private static func starts(of steps: [RewritePlan.Step], in target: InPlaceTarget) -> [Start] {
    var starts: [Start] = []
    for (step, result) in steps.map(\.result).enumerated() {
      guard let result, result.byteCount > 0, let place = target.place(of: result) else { continue }
      starts.append((place.file, place.offset, step))
    }
    return starts.sorted { ($0.file, $0.offset) < ($1.file, $1.offset) }
  }

  private static func piece(
    _ chunk: JournalContents.Chunk, _ start: Start,
    _ steps: [RewritePlan.Step]
  ) -> Piece? {
    let first = chunk.range.lowerBound - start.offset
    guard start.file == chunk.file, first >= 0,
      first + chunk.range.count <= steps[start.step].result?.byteCount ?? 0
    else { return nil }
    return Piece(step: start.step, range: first..<(first + chunk.range.count))
  }

  package func make(_ chunk: Int, from old: RawSpan, into new: inout MutableRawSpan) throws {
    let piece = pieces[chunk]
    let step = steps[piece.step]
    if isOwnSource {
      try make(piece, step, from: old, into: &new)
    } else {
      var bytes = [UInt8](repeating: 0, count: piece.range.count)
      try bytes.withMutableBytes { try read(piece.range, of: step.origin, into: &$0) }
      try bytes.withBytes { try make(piece, step, from: $0, into: &new) }
    }
    pass(over: chunk)
  }

  private func make(
    _ piece: Piece, _ step: RewritePlan.Step, from source: RawSpan,
    into new: inout MutableRawSpan
  ) throws {
    guard let transform = step.transform, let result = step.result else {
      new.copy(source)
      return
    }
    try transform.prepare { try read($0, of: step.origin, into: &$1) }
    let size = result.type.bitCount / 8
    let elements = (piece.range.lowerBound / size)..<(piece.range.upperBound / size)
    try transform.apply(elements, from: source, into: &new)
  }

  private func read(
    _ range: Range<Int>, of origin: RewritePlan.Step.Origin, into buffer: inout MutableRawSpan
  ) throws {
    switch origin {
    case .source(let location):
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

  package func pass(over chunk: Int) {
    let step = pieces[chunk].step
    if remaining.isLast(of: step) { steps[step].transform?.finish() }
  }
}

extension RewritePlan {
  /// What the transforms found by reading whole tensors.
  package var preparations: [(tensor: String, bytes: [UInt8])] {
    steps.compactMap { step in
      guard let name = step.result?.name, let bytes = step.transform?.preparation else {
        return nil
      }
      return (name, bytes)
    }
  }

  /// Gives the transforms what they, or equal ones, found before.
  package func resume(with preparations: [(tensor: String, bytes: [UInt8])]) {
    let found = Dictionary(
      preparations.map { (ExactString($0.tensor), $0.bytes) }, uniquingKeysWith: { $1 })
    for step in steps {
      guard let name = step.result?.name, let bytes = found[ExactString(name)] else { continue }
      step.transform?.resume(with: bytes)
    }
  }
}
