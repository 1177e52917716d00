/// Several spectra together, when every matrix gets the same rank.
///
/// That is what one number for the rank of an adapter means. A matrix that has fewer singular values
/// than the rank gets as many as it has.
package struct SpectrumTotal: Sendable {
  package let spectra: [Spectrum]
  /// Σ over all matrices.
  package let energy: Double
  /// [rank − 1]; the share of the energy that is kept, up to the rank that all spectra know.
  package let cumulativeEnergy: [Double]

  /// The total of `spectra`.
  package init(_ spectra: [Spectrum]) {
    self.spectra = spectra
    energy = spectra.reduce(0) { $0 + $1.energy }
    let known = spectra.filter { !$0.isComplete }.map(\.values.count).min()
    let count = known ?? spectra.map(\.values.count).max() ?? 0
    var kept = [Double](repeating: 0, count: count)
    for spectrum in spectra {
      var sum = 0.0
      for rank in 0..<count {
        if rank < spectrum.values.count { sum += spectrum.values[rank] * spectrum.values[rank] }
        kept[rank] += sum
      }
    }
    let whole = energy
    cumulativeEnergy = kept.map { whole > 0 ? min(1, $0 / whole) : 1 }
  }

  package var isComplete: Bool { spectra.allSatisfy(\.isComplete) }

  /// Numbers in the factors of all matrices.
  package func parameterCount(rank: Int) -> Int {
    spectra.reduce(0) { sum, spectrum in
      let own = spectrum.isComplete ? min(rank, spectrum.values.count) : rank
      return sum + spectrum.parameterCount(rank: own)
    }
  }

  /// Numbers in the matrices themselves.
  package var weightCount: Int { spectra.reduce(0) { $0 + $1.rows * $1.columns } }

  /// The smallest rank that keeps `share` of the energy of all; nil when it is beyond what is known.
  package func rank(keeping share: Double) -> Int? {
    guard energy > 0 else { return 0 }
    return cumulativeEnergy.firstIndex { $0 >= share }.map { $0 + 1 }
      ?? (isComplete ? cumulativeEnergy.count : nil)
  }

  /// The ranks that a table lists: powers of two and the last one known.
  package var listedRanks: [Int] {
    let last = cumulativeEnergy.count
    return sequence(first: 1) { $0 * 2 }.prefix { $0 < last } + (last > 0 ? [last] : [])
  }
}
