import Containers
import Synchronization
import Tensors

/// Compares two checkpoints tensor by tensor, a few megabytes of each in memory.
package struct CheckpointComparison: Sendable {
  package let pair: CheckpointPair
  /// Tensors whose relative difference is no larger count as equal.
  package var tolerance = 0.0
  /// Called with the bytes of the first one done since the last call.
  package var onProgress: @Sendable (_ bytes: Int) -> Void = { _ in }

  package init(_ pair: CheckpointPair) {
    self.pair = pair
  }

  /// Everything that either has, in the order of the first; behind it what only the second has.
  ///
  /// - Throws: `ContainerError` from reading.
  package func run() throws -> [ComparedTensor] {
    var result: [ComparedTensor] = []
    for member in pair.members {
      result.append(try compared(member).tolerating(tolerance))
      onProgress(member.base.entry.byteCount)
    }
    try pair.finish()
    result += pair.onlyInBase.map {
      ComparedTensor(name: $0.name, verdict: .onlyInFirst, forms: ($0.form, nil))
    }
    result += pair.onlyInOther.map {
      ComparedTensor(name: $0.name, verdict: .onlyInSecond, forms: (nil, $0.form))
    }
    return result
  }

  private func compared(_ member: CheckpointPair.Member) throws -> ComparedTensor {
    let (first, second) = (member.base.entry, member.other.entry)
    let areNumbers = first.type.floatFormat != nil && second.type.floatFormat != nil
    var result = ComparedTensor(
      name: first.name, verdict: .otherForm, forms: (first.form, second.form))
    guard first.shape == second.shape, first.type == second.type || areNumbers else {
      return result
    }
    let pieces = Fingerprint.chunkCount(first.byteCount)
    let sums = Mutex([PieceComparison](repeating: PieceComparison(), count: pieces))
    try pair.read(member) { piece, left, right, scratch in
      let found = PieceComparison(left, first.type, right, second.type, &scratch)
      sums.withLock { $0[piece] = found }
    }
    // Added in the order of the pieces, whichever thread was first.
    let total = sums.withLock { $0.reduce(PieceComparison()) { $0.adding($1) } }
    result.take(
      total, of: first.shape.elementCount, haveNorm: PieceComparison.format(first.type) != nil)
    return result
  }
}
