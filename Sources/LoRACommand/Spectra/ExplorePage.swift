import Reports
import Spectra
import Tensors

/// The page of `lora explore`, cut to a size that opens at once.
struct ExplorePage {
  /// What is shown, a sentence for the page.
  let subject: String
  let symbol: String
  let portraits: [MatrixPortrait]
  /// Matrices of a difference that do not differ.
  var unchangedCount = 0

  init(subject: String, symbol: String, portraits: [MatrixPortrait], unchangedCount: Int = 0) {
    (self.subject, self.symbol, self.portraits) = (subject, symbol, portraits)
    self.unchangedCount = unchangedCount
  }

  /// The page: every matrix where there is room, else the strongest.
  var page: ExplorerPage {
    var remarks = [
      "Made by lora explore. Singular values are of the whole matrix, in f64; pictures are block "
        + "means of its singular vectors in 16 bits, multiplied in the browser."
    ]
    let limit = valueLimit
    var tensors = portraits.map { ExplorerTensor($0, valueLimit: limit) }
    let strength = portraits.indices.sorted {
      portraits[$0].spectrum.energy > portraits[$1].spectrum.energy
    }
    let kept = Self.fitting(
      strength, into: PortraitBudget.numberBytes
    ) { tensors[$0].numberByteCount }
    let pictured = Self.fitting(
      strength.filter(kept.contains), into: PortraitBudget.pictureBytes
    ) {
      tensors[$0].picture?.byteCount ?? 0
    }
    for index in tensors.indices where !pictured.contains(index) { tensors[index].picture = nil }
    remarks += remarksOnSize(kept: kept.count, pictured: pictured.count)
    return ExplorerPage(
      subject: subject, symbol: symbol,
      tensors: tensors.indices.filter(kept.contains).map { tensors[$0] }, remarks: remarks,
      unpictured:
        "To keep the page small, only the strongest matrices have pictures. For this one: "
        + "lora explore … --tensor")
  }

  /// Singular values of each matrix, so that all matrices have their numbers on the page.
  private var valueLimit: Int {
    max(64, PortraitBudget.numberBytes / max(1, portraits.count) / 32)
  }

  /// The first of `order` whose sizes add up to `room` at most; one in any case.
  private static func fitting(
    _ order: [Int], into room: Int, _ size: (Int) -> Int
  ) -> Set<Int> {
    var (left, chosen) = (room, Set<Int>())
    for index in order {
      left -= size(index)
      guard left >= 0 || chosen.isEmpty else { break }
      chosen.insert(index)
    }
    return chosen
  }

  private func remarksOnSize(kept: Int, pictured: Int) -> [String] {
    var remarks: [String] = []
    if kept < portraits.count {
      remarks.append(
        "Of \(portraits.count) matrices the \(kept) with the largest norms are here; choose others "
          + "with --tensor.")
    }
    if pictured < kept {
      remarks.append("Pictures are there for the \(pictured) with the largest norms.")
    }
    if portraits.contains(where: { !$0.spectrum.isComplete }) {
      remarks.append(
        "Of large matrices only leading singular values were computed (--top); their share of the "
          + "whole energy is exact nevertheless.")
    }
    if portraits.contains(where: { $0.spectrum.values.count > valueLimit }) {
      remarks.append("Of each matrix the first \(valueLimit) singular values are shown.")
    }
    if portraits.contains(where: { $0.remark == .direction }) {
      remarks.append(
        "DoRA: shown are the directions s·B·A. A merge also scales each row of W + s·B·A to its "
          + "magnitude, and that change is not of low rank.")
    }
    if unchangedCount > 0 {
      remarks.append("Left out for not differing: \(Quantity.count(unchangedCount).text).")
    }
    return remarks
  }
}

extension ExplorerTensor {
  /// The numbers and the picture of a portrait.
  fileprivate init(_ portrait: MatrixPortrait, valueLimit: Int) {
    let spectrum = portrait.spectrum
    let count = min(spectrum.values.count, valueLimit)
    self.init(
      name: escaped(portrait.name, inQuotes: false), shape: (spectrum.rows, spectrum.columns),
      parametersPerRank: spectrum.parameterCount(rank: 1),
      isComplete: spectrum.isComplete && count == spectrum.values.count,
      numbers: (
        Array(spectrum.values[..<count]), Array(spectrum.cumulativeEnergy[..<count]),
        (1...max(1, count)).map { spectrum.error(rank: $0) }
      ),
      picture: portrait.rank > count
        ? nil
        : Picture(
          rows: portrait.rowGrid.cells, columns: portrait.columnGrid.cells, rank: portrait.rank,
          factors: (portrait.left, portrait.right), rest: portrait.rest))
  }
}
