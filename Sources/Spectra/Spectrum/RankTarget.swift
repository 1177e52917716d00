/// Which rank an approximation of one matrix is to have.
package enum RankTarget: Sendable, Equatable {
  /// This one.
  case rank(Int)
  /// The smallest that keeps this share of the energy, but none above `most`.
  case energy(Double, most: Int)

  /// The largest rank that can come out.
  package var most: Int {
    switch self {
    case .rank(let rank): rank
    case .energy(_, let most): most
    }
  }

  /// The rank for a matrix with these leading singular values; nil when more are needed to tell.
  ///
  /// - Parameters:
  ///   - values: Falling.
  ///   - energy: Σ σ² over all singular values.
  /// - Returns: At most as many as there are values.
  package func rank(values: [Double], energy: Double) -> Int? {
    guard case .energy(let share, let most) = self else { return min(self.most, values.count) }
    var kept = 0.0
    for (index, value) in values.prefix(most).enumerated() {
      kept += value * value
      // What is asked for in full can be short of it by rounding.
      if kept >= share * energy * (1 - 1e-13) { return index + 1 }
    }
    return values.count >= most ? most : nil
  }
}
