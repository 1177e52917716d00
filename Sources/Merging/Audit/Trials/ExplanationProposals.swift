import Kernels
import Tensors

/// What may have been done to a weight that does not hold the adapters as claimed, the likeliest
/// first.
struct ExplanationProposals {
  private let subject: AuditSubject
  private let threads: Int
  /// How the deltas explain the change as they lie.
  let straight: WeightEstimate
  /// The same for the transposed deltas of square weights.
  private let turned: WeightEstimate?
  private let calibrated: Double?
  private let calibratedTurned: Double?
  private let causes: [FactorCause]

  init(_ subject: AuditSubject, areRankStabilized: [Bool], threads: Int) throws {
    (self.subject, self.threads) = (subject, threads)
    let ranges = subject.sample()
    let sample = try SampledChange(subject, at: ranges)
    straight = sample.estimate
    calibrated = sample.calibratedFactor
    let isSquare = subject.update.rows == subject.update.columns
    let other = isSquare ? try SampledChange(subject, isTransposed: true, at: ranges) : nil
    turned = other?.estimate
    calibratedTurned = other?.calibratedFactor
    let terms = subject.update.slabs.lazy.compactMap { $0.count == 1 ? $0[0] : nil }
    causes =
      terms.first.map { term in
        FactorCause.known(
          rank: term.rank, scaling: term.scale / term.weight, weight: term.weight,
          isRankStabilized: areRankStabilized[0])
      } ?? []
  }

  /// Explanations for all of the weight.
  var plain: [Explanation] {
    let count = subject.update.adapterCount
    var twice = Explanation.asClaimed(count)
    twice.times = 2
    var result = [.asClaimed(count), twice] + weighted(straight, calibrated, isTransposed: false)
    if let turned {
      result += weighted(turned, calibratedTurned, isTransposed: true)
    }
    return result.filter { explanation in explanation.factors.contains { $0 != 0 } }
  }

  private func weighted(
    _ estimate: WeightEstimate, _ calibrated: Double?, isTransposed: Bool
  ) -> [Explanation] {
    guard estimate.factors.contains(where: { $0 != nil }) else { return [] }
    let factors = estimate.factors.map { calibrated ?? $0 ?? 1 }
    let errors = estimate.errors.map { $0 ?? 0 }
    func explanation(_ factors: [Double], uncertainty: Double = 0) -> Explanation {
      var result = Explanation(factors: factors, uncertainty: uncertainty)
      result.isTransposed = isTransposed
      return result
    }
    let snapped = factors.indices.map { self.snapped(factors[$0], error: errors[$0]) }
    var result = [explanation(snapped)]
    let near = factors.count == 1 ? nearby(factors[0], error: errors[0]) : []
    result += near.filter { $0 != snapped[0] }.map { explanation([$0]) }
    let slack = factors.indices.map { 4 * errors[$0] / max(abs(factors[$0]), 1e-9) }.max() ?? 0
    result.append(explanation(factors, uncertainty: min(0.05, max(1e-5, slack))))
    return result
  }

  /// The factor, or the plain number or known cause that it is when rounding is allowed for.
  private func snapped(_ factor: Double, error: Double) -> Double {
    nearby(factor, error: error).first ?? factor
  }

  /// Plain numbers and known causes near a factor, the nearest first.
  private func nearby(_ factor: Double, error: Double) -> [Double] {
    let plain = [0, 1, 2, 3, 4, 8, 16, 0.5, 0.25, -1]
    let tenth = [(factor * 10).rounded() / 10, (factor * 100).rounded() / 100]
    let reach = max(5 * error, 0.01 * abs(factor))
    return (causes.map(\.factor) + plain + tenth)
      .filter { abs($0 - factor) <= reach && ($0 != 0 || subject.update.adapterCount > 1) }
      .sorted { abs($0 - factor) < abs($1 - factor) }
  }

  /// What the factor is likely to come from; twice is 2 where no rounding in between tells.
  func cause(of explanation: Explanation) -> String? {
    guard explanation.factors.count == 1 else { return nil }
    return FactorCause.words(
      of: explanation.factors[0] * Double(explanation.times), among: causes,
      tolerance: max(1e-6, explanation.uncertainty))
  }

  /// Explanations for some rows, or some columns.
  ///
  /// - Throws: What reading throws; `OutOfMemory`.
  func partial() throws -> [Explanation] {
    let traces = try PartialTraces(subject, threads: threads)
    var result: [Explanation] = []
    if let rows = traces.rows {
      var explanation = Explanation.asClaimed(subject.update.adapterCount)
      explanation.rows = rows
      result.append(explanation)
    }
    if let columns = traces.columns {
      var explanation = Explanation.asClaimed(subject.update.adapterCount)
      explanation.columns = columns
      result.append(explanation)
    }
    return result
  }
}
