import Containers
import Kernels
import Synchronization
import Tensors

/// Holds what an explanation predicts for a weight against what a file has.
///
/// An element fits when its bits are ours, or when one of the ways to compute it can have made it.
/// All elements of a weight have to fit the same way.
struct Trial: Sendable {
  let subject: AuditSubject
  let explanation: Explanation
  /// The ways to compute that are looked for; at least one.
  let arithmetics: [MergeArithmetic]
  /// Whether to give up when no way is left, so that nothing but that is known.
  var stopsEarly = true
  let threads: Int

  /// What was found.
  struct Outcome: Sendable {
    /// Whether every bit is that of our merge.
    fileprivate(set) var isExact = true
    /// Whether no element has another value than the base's.
    fileprivate(set) var isUntouched = true
    /// Elements that did not fit, by the way to compute; where the trial did not stop early.
    fileprivate(set) var misfits: [Int]
    /// The first element that did not fit the way with the fewest.
    fileprivate(set) var firstMisfits: [Int?]
    fileprivate(set) var elementCount = 0

    fileprivate init(count: Int) {
      misfits = Array(repeating: 0, count: count)
      firstMisfits = Array(repeating: nil, count: count)
    }

    /// The position of the way that fits best, the plainest of those that fit alike.
    var best: Int { misfits.indices.min { misfits[$0] < misfits[$1] } ?? 0 }

    var fits: Bool { misfits[best] == 0 }
  }

  /// Tries all of the weight, or some ranges of it.
  ///
  /// - Throws: What reading throws; `OutOfMemory`.
  func run(on ranges: [Range<Int>]? = nil) throws -> Outcome {
    let ranges = ranges ?? subject.pieces
    let predictions = try predictions()
    let found = Mutex(Outcome(count: arithmetics.count))
    try Parallel.forEach(count: ranges.count, threads: threads) { index throws in
      try Interruption.check()
      if stopsEarly, !found.withLock({ $0.fits }) { return }
      try examine(ranges[index], predictions, found)
    }
    return found.withLock { $0 }
  }

  /// By what the factors are rounded to before.
  private func predictions() throws -> [FloatFormat?: Prediction] {
    var result: [FloatFormat?: Prediction] = [:]
    for format in [nil] + arithmetics.map(\.factors) where result[format] == nil {
      result[format] = try Prediction(subject, explanation, factors: format)
    }
    return result
  }

  private func examine(
    _ elements: Range<Int>, _ predictions: [FloatFormat?: Prediction],
    _ found: borrowing Mutex<Outcome>
  ) throws {
    let before = try subject.base.bytes(elements)
    let after = try subject.merged.bytes(elements)
    guard let plain = predictions[nil] else { return }
    // Once is enough to know.
    let isMoved = found.withLock { $0.isUntouched } && isMoved(before, after)
    let others = DifferingElements.indices(
      plain.bytes(elements, of: before), after, elementSize: subject.formats.merged.byteCount)
    found.withLock { found in
      found.elementCount += elements.count
      if isMoved { found.isUntouched = false }
      if !others.isEmpty { found.isExact = false }
    }
    guard !others.isEmpty else { return }
    var batches: [FloatFormat?: ElementBatch] = [:]
    for (number, arithmetic) in arithmetics.enumerated() {
      if stopsEarly, found.withLock({ $0.misfits[number] > 0 }) { continue }
      let batch =
        batches[arithmetic.factors]
        ?? predictions[arithmetic.factors]?.batch(
          elements, at: others, before: before, after: after)
      guard let batch else { continue }
      batches[arithmetic.factors] = batch
      let misfits = batch.misfits(arithmetic, stopsEarly: stopsEarly)
      guard let first = misfits.first else { continue }
      let place = elements.lowerBound + others[first]
      found.withLock { found in
        found.misfits[number] += misfits.count
        found.firstMisfits[number] = min(found.firstMisfits[number] ?? place, place)
      }
    }
  }

  /// Whether some element has another value than the base's, rounded to the file's format.
  private func isMoved(_ before: [UInt8], _ after: [UInt8]) -> Bool {
    let (from, to) = subject.formats
    if from == to, before == after { return false }
    let kept =
      from == to
      ? before : FloatCoding.encode(FloatCoding.doubles(of: before, as: from), as: to)
    guard kept != after else { return false }
    let others = DifferingElements.indices(kept, after, elementSize: to.byteCount)
    let (old, new) = (
      FloatCoding.doubles(of: kept, as: to), FloatCoding.doubles(of: after, as: to)
    )
    return others.contains { old[$0] != new[$0] && !(old[$0].isNaN && new[$0].isNaN) }
  }
}
