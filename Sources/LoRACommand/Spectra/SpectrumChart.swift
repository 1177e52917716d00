import Reports
import Spectra
import Tensors

/// The file of `--chart`: energy by rank, and singular values.
struct SpectrumChart {
  let spectra: [NamedSpectrum]

  private static let pointLimit = 400

  /// Of all matrices together, and of those that need the fewest and the most ranks.
  var chart: Chart {
    let total = SpectrumTotal(spectra.map(\.spectrum))
    var energies = [series("all", total.cumulativeEnergy)]
    var values: [Chart.Series] = []
    for named in extremes {
      energies.append(series(named.name, named.spectrum.cumulativeEnergy))
      values.append(series(named.name, named.spectrum.values))
    }
    if spectra.count == 1 { energies.removeFirst() }
    return Chart(
      title: "Energy by rank", label: "rank",
      panels: [
        Chart.Panel(
          label: "energy kept", series: energies,
          mark: total.rank(keeping: 0.95).map { (Double($0), "95 %: rank \($0)") }),
        Chart.Panel(label: "singular value", series: values, allowsLogarithm: true),
      ])
  }

  /// The spectra with the smallest and the largest stable rank.
  private var extremes: [NamedSpectrum] {
    let sorted = spectra.sorted { $0.spectrum.stableRank < $1.spectrum.stableRank }
    guard let first = sorted.first, let last = sorted.last, sorted.count > 1 else { return sorted }
    return [first, last]
  }

  private func series(_ name: String, _ values: [Double]) -> Chart.Series {
    Chart.Series(
      name: escaped(name, inQuotes: false),
      points: values.enumerated().map { (Double($0.offset + 1), $0.element) },
      isMarked: values.count <= 50
    ).thinned(to: Self.pointLimit)
  }
}
