import Spectra

/// How much of a file's matrices an explorer page can hold.
///
/// The page stays below 2 MB: numbers take 400 kB at most, pictures 1.4 MB.
struct PortraitBudget {
  static let numberBytes = 400_000
  static let pictureBytes = 1_400_000

  /// Sizes of a picture, the finest first.
  private static let sizes: [MatrixPortrait.Limits] = [
    .init(cells: 256, rank: 256), .init(cells: 256, rank: 64), .init(cells: 192, rank: 64),
    .init(cells: 128, rank: 64), .init(cells: 96, rank: 32), .init(cells: 64, rank: 32),
  ]

  /// The size of pictures of `count` matrices.
  ///
  /// - Parameters:
  ///   - count: At least one.
  ///   - rank: The largest rank there is, or nil when there may be any.
  ///   - isDense: Whether there is something beyond the ranks that are drawn.
  /// - Returns: The finest with which all fit, else one with which the strongest do.
  static func limits(count: Int, rank: Int?, isDense: Bool) -> MatrixPortrait.Limits {
    let fitting = sizes.first { size in
      let rank = min(size.rank, rank ?? size.rank)
      let vectors = 2 * size.cells * rank
      let codes = vectors + (isDense ? size.cells * size.cells : 0)
      return count * ((2 * codes + 16 * rank) * 4 / 3 + 200) <= pictureBytes
    }
    return fitting ?? .init(cells: 96, rank: 32)
  }
}
