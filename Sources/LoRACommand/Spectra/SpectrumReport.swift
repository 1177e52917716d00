import Reports
import Spectra
import Tensors

/// The spectra of one file or of a difference, as a report, a table for programs, and a chart.
struct SpectrumReport {
  /// What the matrices are.
  enum Kind: String {
    /// The deltas of an adapter's modules.
    case adapter
    /// Tuned weights less those of the base.
    case difference
    /// The weights themselves.
    case weights
  }

  let kind: Kind
  let paths: [String]
  let spectra: [NamedSpectrum]
  /// Matrices that do not differ, and are left out.
  var unchangedCount: Int?

  private var total: SpectrumTotal { SpectrumTotal(spectra.map(\.spectrum)) }

  /// Facts, the table of ranks, and the tensors.
  ///
  /// - Parameter listsAll: Whether every tensor is listed in the text, however many there are.
  /// - Returns: Everything for JSON, and what a person wants to read.
  func report(listsAll: Bool) -> Report {
    let total = total
    var report = Report()
    report.add("kind", "kind", .text(kind.rawValue))
    report.add(
      "paths", kind == .difference ? "base, tuned" : "file",
      Quantity(.list(paths.map(Value.text))))
    report.add("matrices", "matrices", .count(spectra.count))
    report.add("unchanged", "unchanged", Quantity(.integer(orMissing: unchangedCount), .grouped))
    report.add("norm", "norm", .number(total.energy.squareRoot(), digits: 6))
    for percent in [90, 95, 99] {
      report.add(
        "rank_\(percent)", "rank for \(percent) %",
        Quantity(.integer(orMissing: total.rank(keeping: Double(percent) / 100)), .grouped))
    }
    report.add(detail: "ranks", Self.ranks(of: total).json)
    report.add(nil, Self.ranks(of: total, isForReading: true))
    addTensors(to: &report, listsAll: listsAll)
    for note in notes(total) { report.add(note: note) }
    return report
  }

  /// What a rank for every matrix keeps and costs.
  ///
  /// A reader gets the energy in percent with five digits, as those near 100 % are told apart.
  private static func ranks(of total: SpectrumTotal, isForReading: Bool = false) -> Table {
    let scale = isForReading ? 100.0 : 1
    return Table(
      total.listedRanks,
      columns: [
        Column("rank", .grouped) { .integer($0) },
        Column("energy", unit: "%", .significant(5)) {
          .number(scale * total.cumulativeEnergy[$0 - 1])
        },
        Column("parameters", .grouped) { .integer(total.parameterCount(rank: $0)) },
        Column("share", .percent) {
          .number(Double(total.parameterCount(rank: $0)) / Double(max(1, total.weightCount)))
        },
      ])
  }

  // MARK: Tensors

  private static let longestListing = 40

  private func addTensors(to report: inout Report, listsAll: Bool) {
    report.add(detail: "tensors", .array(spectra.map(\.json)))
    let shown =
      listsAll || spectra.count <= Self.longestListing
      ? spectra
      : Array(
        spectra.sorted { $0.spectrum.energy > $1.spectrum.energy }.prefix(Self.longestListing / 2))
    report.add(nil, Table(shown, columns: Self.columns))
    if shown.count < spectra.count {
      report.add(
        note: "The \(shown.count) with the largest norms of \(spectra.count); "
          + "--tensors lists all.")
    }
  }

  private static let columns: [Column<NamedSpectrum>] = [
    Column("tensor") { $0.name },
    Column("shape") { "[\($0.spectrum.rows), \($0.spectrum.columns)]" },
    Column("norm", .significant(4)) { .number($0.spectrum.energy.squareRoot()) },
    Column("largest", .significant(4)) { .number($0.spectrum.values.first ?? 0) },
    Column("stable_rank", .significant(3)) { .number($0.spectrum.stableRank) },
    Column("effective_rank", .significant(3)) {
      $0.spectrum.effectiveRank.map(Value.number) ?? .missing
    },
    Column("90%", .grouped) { .integer(orMissing: $0.spectrum.rank(keeping: 0.9)) },
    Column("95%", .grouped) { .integer(orMissing: $0.spectrum.rank(keeping: 0.95)) },
    Column("99%", .grouped) { .integer(orMissing: $0.spectrum.rank(keeping: 0.99)) },
  ]

  private func notes(_ total: SpectrumTotal) -> [String] {
    var notes: [String] = []
    if spectra.contains(where: { $0.remark == .direction }) {
      notes.append(
        "DoRA: these are the directions s·B·A. A merge also scales each row of W + s·B·A to its "
          + "magnitude, and that change is not of low rank.")
    }
    if !total.isComplete {
      notes.append(
        "Of large matrices only leading singular values were computed; --all computes every one.")
    }
    return notes
  }

  // MARK: For programs

  /// A record for each singular value: tensor, rank, singular_value, energy, parameters, share.
  var csv: String {
    let records = spectra.flatMap { named in
      let energies = named.spectrum.cumulativeEnergy
      return energies.indices.map { (named: named, index: $0, energy: energies[$0]) }
    }
    return Table(
      records,
      columns: [
        Column("tensor") { $0.named.name },
        Column("rank", .plain) { .integer($0.index + 1) },
        Column("singular_value", .plain) { .number($0.named.spectrum.values[$0.index]) },
        Column("energy", .plain) { .number($0.energy) },
        Column("parameters", .plain) {
          .integer($0.named.spectrum.parameterCount(rank: $0.index + 1))
        },
        Column("share", .plain) {
          let spectrum = $0.named.spectrum
          return .number(
            Double(spectrum.parameterCount(rank: $0.index + 1))
              / Double(spectrum.rows * spectrum.columns))
        },
      ]
    ).csv
  }
}

extension NamedSpectrum {
  /// Everything known of one matrix.
  var json: JSONTree {
    let spectrum = spectrum
    func number(_ value: Double?) -> JSONTree { value.map(JSONTree.number) ?? .null }
    func rank(_ share: Double) -> JSONTree {
      spectrum.rank(keeping: share).map(JSONTree.integer) ?? .null
    }
    return .object([
      .init("tensor", .text(name)),
      .init("shape", .array([.integer(spectrum.rows), .integer(spectrum.columns)])),
      .init("norm", .number(spectrum.energy.squareRoot())),
      .init("complete", .flag(spectrum.isComplete)),
      .init("stable_rank", .number(spectrum.stableRank)),
      .init("effective_rank", number(spectrum.effectiveRank)),
      .init("rank_90", rank(0.9)), .init("rank_95", rank(0.95)), .init("rank_99", rank(0.99)),
      .init("remark", remark.map { .text($0.rawValue) } ?? .null),
      .init("singular_values", .array(spectrum.values.map(JSONTree.number))),
      .init("cumulative_energy", .array(spectrum.cumulativeEnergy.map(JSONTree.number))),
    ])
  }
}
