#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the singular values of one matrix say about its rank.
///
/// Energy is the squared Frobenius norm, Σ σ². The share that rank r keeps is at most
/// Σ_{j≤r} σ_j² / Σ σ² (Eckart and Young, 1936), and the truncated decomposition keeps that much.
package struct Spectrum: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// Singular values, falling; what is left out of `min(rows, columns)` is zero when `isComplete`.
  package let values: [Double]
  /// Σ σ² over all singular values, known or not.
  package let energy: Double
  /// Whether every singular value that is not zero is in `values`.
  package let isComplete: Bool

  /// A spectrum; without an `energy` the values are all there are.
  package init(rows: Int, columns: Int, values: [Double], energy: Double? = nil) {
    (self.rows, self.columns, self.values) = (rows, columns, values)
    self.energy = energy ?? values.reduce(0) { $0 + $1 * $1 }
    isComplete = energy == nil
  }

  /// Numbers in two factors of rank `rank`: `rank` · (rows + columns).
  package func parameterCount(rank: Int) -> Int { rank * (rows + columns) }

  /// The share of the energy that rank `index + 1` keeps, as far as values are known.
  package var cumulativeEnergy: [Double] {
    guard energy > 0 else { return values.map { _ in 1 } }
    var sum = 0.0
    return values.map {
      sum += $0 * $0
      return min(1, sum / energy)
    }
  }

  /// The relative error of the best approximation of rank `rank`: √(Σ_{j>rank} σ_j² / Σ σ²).
  package func error(rank: Int) -> Double {
    guard energy > 0 else { return 0 }
    let tail =
      isComplete
      ? values.dropFirst(rank).reversed().reduce(0) { $0 + $1 * $1 }
      : energy - values.prefix(rank).reduce(0) { $0 + $1 * $1 }
    return (max(0, tail) / energy).squareRoot()
  }

  /// The smallest rank that keeps `share` of the energy; nil when it is beyond the known values.
  package func rank(keeping share: Double) -> Int? {
    guard energy > 0 else { return 0 }
    return cumulativeEnergy.firstIndex { $0 >= share }.map { $0 + 1 }
      ?? (isComplete ? values.count : nil)
  }

  /// Σ σ² / σ₁²: how many directions as strong as the first the energy is worth; 0 for no energy.
  ///
  /// Source: M. Rudelson, R. Vershynin, Sampling from large matrices, 2007.
  package var stableRank: Double {
    guard let first = values.first, first > 0 else { return 0 }
    return energy / (first * first)
  }

  /// exp of the entropy of σ / Σ σ: how many directions there are, weak ones counting less; nil
  /// unless all values are known.
  ///
  /// Source: O. Roy, M. Vetterli, The effective rank, 2007.
  package var effectiveRank: Double? {
    guard isComplete else { return nil }
    let sum = values.reduce(0, +)
    guard sum > 0 else { return 0 }
    return exp(
      -values.reduce(0) { result, value in
        let share = value / sum
        return share > 0 ? result + share * log(share) : result
      })
  }
}
