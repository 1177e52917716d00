import Kernels
import Tensors

/// How a weight changed, and what the adapters would add to it, at some of its elements.
struct SampledChange: Sendable {
  private let batch: ElementBatch
  let estimate: WeightEstimate

  /// Reads a sample.
  ///
  /// - Parameters:
  ///   - subject: The weight.
  ///   - isTransposed: Whether to hold the transposed deltas against the change.
  ///   - ranges: The elements.
  /// - Throws: What reading throws; `OutOfMemory`.
  init(_ subject: AuditSubject, isTransposed: Bool = false, at ranges: [Range<Int>]) throws {
    var explanation = Explanation.asClaimed(subject.update.adapterCount)
    explanation.isTransposed = isTransposed
    // Each adapter alone, so that one which leaves the weight alone keeps its place.
    var columns = [[Double]](repeating: [], count: subject.update.adapterCount)
    var (before, after): ([Double], [Double]) = ([], [])
    for adapter in columns.indices {
      explanation.factors = columns.indices.map { $0 == adapter ? 1 : 0 }
      let prediction = try Prediction(subject, explanation)
      (before, after) = ([], [])
      for range in ranges {
        let (old, new) = (try subject.base.bytes(range), try subject.merged.bytes(range))
        let part = prediction.batch(range, at: Array(0..<range.count), before: old, after: new)
        before += part.before
        after += part.after
        columns[adapter] +=
          part.parts.first?.values ?? [Double](repeating: 0, count: range.count)
      }
    }
    batch = ElementBatch(
      before: before, after: after, format: subject.formats.merged,
      parts: columns.map { ElementBatch.Part(values: $0, bounds: [], scale: 1, weight: 1) })
    estimate = WeightEstimate(of: zip(after, before).map { $0 - $1 }, by: columns)
  }

  /// After less before.
  var change: [Double] { zip(batch.after, batch.before).map { $0 - $1 } }

  /// What each adapter adds.
  var deltas: [[Double]] { batch.parts.map(\.values) }

  /// Whether some element is not what it was.
  var isChanged: Bool { batch.before.rounded(to: batch.format) != batch.after }

  /// The factor of a single adapter, rounding counted in: where steps of the format are wide, small
  /// deltas are lost and the plain estimate is too low.
  ///
  /// Σ d·(round(w + f·d) − w) rises with f, and is that of the change at the factor wanted.
  var calibratedFactor: Double? {
    guard batch.parts.count == 1, let start = estimate.factors[0], start != 0 else { return nil }
    let deltas = batch.parts[0].values
    let kept = batch.before.rounded(to: batch.format)
    func projection(_ values: [Double]) -> Double {
      var sum = 0.0
      for index in values.indices { sum += (values[index] - kept[index]) * deltas[index] }
      return sum
    }
    let wanted = projection(batch.after)
    var (low, high) = (0.0, 2 * start)
    func isReached(_ factor: Double) -> Bool {
      let sums = batch.before.indices.map { batch.before[$0] + factor * deltas[$0] }
      let found = projection(sums.rounded(to: batch.format))
      return start > 0 ? found >= wanted : found <= wanted
    }
    for _ in 0..<8 where !isReached(high) { high *= 2 }
    for _ in 0..<30 {
      let middle = (low + high) / 2
      if isReached(middle) { high = middle } else { low = middle }
    }
    return (low + high) / 2
  }
}
