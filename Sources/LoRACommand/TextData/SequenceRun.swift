import Kernels
import Tensors
import Text
import TextModels
import Training

/// Has a network say something of every row of a file.
///
/// What it says of a row depends neither on the others nor on threads.
struct SequenceRun {
  let file: TextFile
  let encoder: SequenceEncoder

  /// What there was.
  struct Summary {
    var rows = 0
    /// Rows of which the end was cut off.
    var cutRows = 0

    /// Says on stderr that rows were cut.
    func warn() {
      guard cutRows > 0 else { return }
      Warnings.say(
        "the end of \(counted(cutRows, "row")) was cut off: they are longer than the model reads, "
          + "or than --max-tokens")
    }
  }

  /// Tokens that are computed together.
  private static let tokensAtOnce = 2048

  /// Calls `body` with some rows after the other.
  ///
  /// - Throws: `ErrorList` with every row that cannot be used; nothing that `body` made is wanted then.
  func forEach(
    onProgress: (Int) -> Void, _ body: ([SequenceEncoder.Sequence]) throws -> Void
  ) throws -> Summary {
    var (summary, waiting, tokens) = (Summary(), [SequenceEncoder.Sequence](), 0)
    _ = try file.forEachRecord { record, isSound in
      let sequence = try encoder.sequence(record)
      summary.rows += 1
      if sequence.isCut { summary.cutRows += 1 }
      guard isSound else { return }
      if tokens + sequence.tokens.count > Self.tokensAtOnce, !waiting.isEmpty {
        try body(waiting)
        onProgress(waiting.count)
        (waiting, tokens) = ([], 0)
      }
      waiting.append(sequence)
      tokens += sequence.tokens.count
    }
    if !waiting.isEmpty { try body(waiting) }
    return summary
  }
}

extension [SequenceEncoder.Sequence] {
  /// The sequences one after the other, without padding.
  var batch: TokenBatch<Float> {
    let segments =
      contains { $0.segments != nil }
      ? map { $0.segments ?? Array<Int32>(repeating: 0, count: $0.tokens.count) } : nil
    return TokenBatch(map(\.tokens), segments: segments)
  }
}
