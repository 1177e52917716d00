/// Spreads a budget of parameters over matrices, a rank at a time, where it buys the most energy.
///
/// One more rank of a matrix costs rows + columns and brings σ²; singular values fall, so taking the
/// best ratio σ² / (rows + columns) first is optimal up to what is left over at the end.
package struct RankAllocation: Sendable {
  /// A matrix, or several that have one rank in common.
  package struct Candidate: Sendable {
    /// Energy that each further rank brings, falling.
    package let gains: [Double]
    /// Parameters that each further rank costs.
    package let cost: Int

    package init(gains: [Double], cost: Int) {
      (self.gains, self.cost) = (gains, cost)
    }

    package init(_ spectrum: Spectrum) {
      self.init(gains: spectrum.values.map { $0 * $0 }, cost: spectrum.parameterCount(rank: 1))
    }
  }

  /// The rank of each candidate, 0 where the budget buys more elsewhere.
  package let ranks: [Int]
  /// Parameters that they take, at most the budget.
  package let parameterCount: Int

  /// Spends `budget` parameters on `candidates`; of equal offers the first candidate's is taken.
  package init(_ candidates: [Candidate], budget: Int) {
    let offers = candidates.enumerated().flatMap { index, candidate in
      candidate.gains.enumerated().filter { $0.element > 0 }.map {
        (matrix: index, rank: $0.offset + 1, ratio: $0.element / Double(candidate.cost))
      }
    }.sorted { ($1.ratio, $0.matrix, $0.rank) < ($0.ratio, $1.matrix, $1.rank) }
    var ranks = [Int](repeating: 0, count: candidates.count)
    var spent = 0
    // An offer that does not fit leaves room for cheaper matrices, not for its own later ranks.
    for offer in offers where ranks[offer.matrix] == offer.rank - 1 {
      let cost = candidates[offer.matrix].cost
      guard spent + cost <= budget else { continue }
      ranks[offer.matrix] = offer.rank
      spent += cost
    }
    (self.ranks, parameterCount) = (ranks, spent)
  }
}
