import Kernels
import Tensors

/// The digests of what goes through a rewrite, on both sides.
struct RewriteDigests: Sendable {
  private let source: FingerprintBuilder
  private let result: FingerprintBuilder
  /// For each step, its place among those fingerprinted, and among those written.
  private let numbers: [(source: Int?, result: Int?)]

  init(_ steps: [RewritePlan.Step]) {
    var sources: [TensorEntry] = []
    var results: [TensorEntry] = []
    var numbers: [(source: Int?, result: Int?)] = []
    for step in steps {
      var number: (source: Int?, result: Int?)
      if step.isFingerprinted, case .source(let location) = step.origin {
        number.source = sources.count
        sources.append(location.entry)
      }
      if let entry = step.result {
        number.result = results.count
        results.append(entry)
      }
      numbers.append(number)
    }
    self.numbers = numbers
    source = FingerprintBuilder(sources)
    result = FingerprintBuilder(results)
  }

  func resultNumber(ofStep step: Int) -> Int? { numbers[step].result }

  /// Digests a chunk; where source and result are the same bytes, once, and where the transform has
  /// done so, not again.
  func record(_ chunk: RewriteChunk, of step: RewritePlan.Step, in buffers: ChunkBuffers) {
    let (sourceNumber, resultNumber) = numbers[chunk.step]
    let isCopied = step.transform == nil
    let known = step.knownDigests(of: chunk)
    if sourceNumber != nil || isCopied {
      let digests = known.old.map { [$0] } ?? buffers.withSource { Self.digests(of: $0) }
      Self.note(digests, from: chunk.source, ofTensor: sourceNumber, in: source)
      if isCopied { Self.note(digests, from: chunk.source, ofTensor: resultNumber, in: result) }
    }
    if !isCopied, resultNumber != nil {
      let digests = known.new.map { [$0] } ?? buffers.withResult { Self.digests(of: $0) }
      Self.note(digests, from: chunk.result, ofTensor: resultNumber, in: result)
    }
  }

  private static func digests(of bytes: RawSpan) -> [Digest] {
    let size = Fingerprint.chunkSize
    return stride(from: 0, to: bytes.byteCount, by: size).map { start in
      Digest(of: bytes.extracting(start..<min(start + size, bytes.byteCount)))
    }
  }

  private static func note(
    _ digests: [Digest], from range: Range<Int>, ofTensor tensor: Int?,
    in builder: FingerprintBuilder
  ) {
    guard let tensor else { return }
    let first = range.lowerBound / Fingerprint.chunkSize
    for (index, digest) in digests.enumerated() {
      builder.record(chunk: first + index, ofTensor: tensor, digest)
    }
  }

  func fingerprints() -> (source: Fingerprint, result: Fingerprint) {
    (source.fingerprint(), result.fingerprint())
  }
}

extension RewritePlan.Step {
  /// What the transform has digested already; nothing unless a chunk is one on both sides.
  fileprivate func knownDigests(of chunk: RewriteChunk) -> (old: Digest?, new: Digest?) {
    guard let transform, let result, chunk.source == chunk.result,
      chunk.source.count <= Fingerprint.chunkSize
    else { return (nil, nil) }
    let size = result.type.bitCount / 8
    let elements = (chunk.result.lowerBound / size)..<(chunk.result.upperBound / size)
    return transform.digests(of: elements)
  }
}
