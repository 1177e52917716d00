import Containers
import Kernels
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
    result.verdict = total.differingCount == 0 ? .equal : .different
    result.elementCount = first.shape.elementCount
    result.differingCount = total.differingCount
    guard areNumbers else { return result }
    result.maximum = total.maximum
    result.relative =
      total.differenceSquares == 0
      ? 0 : (total.differenceSquares / total.squares).squareRoot()
    return result
  }
}

/// What one piece of two tensors adds to their comparison.
struct PieceComparison: Sendable {
  private(set) var differingCount = 0
  private(set) var maximum = 0.0
  /// Σ (second − first)² and Σ first², over what is finite.
  private(set) var differenceSquares = 0.0
  private(set) var squares = 0.0

  init() {}

  /// Compares as many elements on either side, of one type or of two that are computed with.
  init(
    _ left: RawSpan, _ type: DType, _ right: RawSpan, _ other: DType,
    _ scratch: inout PairScratch
  ) {
    let areEqual = type == other && left.hasSameBytes(as: right)
    if !areEqual, type == other {
      let size = max(1, type.bitCount / 8)
      differingCount = DifferingElements.count(left, right, elementSize: size)
    }
    guard let format = type.floatFormat, let otherFormat = other.floatFormat else { return }
    if format == .f64 || otherFormat == .f64 {
      add(
        FloatCoding.doubles(of: left, as: format), FloatCoding.doubles(of: right, as: otherFormat),
        countsValues: type != other)
      return
    }
    FloatCoding.decode(left, as: format, into: &scratch.first)
    squares = sumOfSquares(scratch.first)
    if areEqual, squares.isFinite { return }
    squares = 0
    FloatCoding.decode(right, as: otherFormat, into: &scratch.second)
    add(scratch.first, scratch.second, countsValues: type != other)
  }

  /// Adds what two runs of numbers have; all but f64 is exact in f32, and every difference in f64.
  private mutating func add<Scalar: DenseScalar>(
    _ first: [Scalar], _ second: [Scalar], countsValues: Bool
  ) {
    for index in first.indices {
      let value = Double(first[index])
      if value.isFinite { squares += value * value }
      let difference = Double(second[index]) - value
      guard difference != 0 else { continue }
      if countsValues { differingCount += 1 }
      guard difference.isFinite else { continue }
      differenceSquares += difference * difference
      maximum = max(maximum, difference.magnitude)
    }
  }

  func adding(_ other: PieceComparison) -> PieceComparison {
    var sum = self
    sum.differingCount += other.differingCount
    sum.maximum = max(maximum, other.maximum)
    sum.differenceSquares += other.differenceSquares
    sum.squares += other.squares
    return sum
  }
}
