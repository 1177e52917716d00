import CKernels

/// Where the heads of a matrix's rows lie.
///
/// Number `d` of head `h` in row `t` is number `t·pitch + first + h·headPitch + d` of the matrix. So a
/// cache can have all rows of a head together, with a pitch that is the dimension.
package struct HeadPlace: Sendable, Hashable {
  package let heads: Int
  /// Numbers of a head.
  package let dimension: Int
  /// Where the first head begins in a row.
  package let first: Int
  /// Numbers from head to head.
  package let headPitch: Int
  /// Numbers from row to row.
  package let pitch: Int

  /// Heads in a row of `pitch` numbers; without gaps where nothing else is said.
  package init(
    heads: Int, dimension: Int, first: Int = 0, headPitch: Int? = nil, pitch: Int? = nil
  ) {
    let headPitch = headPitch ?? dimension
    let end = first + (heads - 1) * headPitch + dimension
    precondition(
      heads > 0 && dimension > 0 && first >= 0 && headPitch >= dimension
        && pitch ?? end >= dimension, "\(heads) heads of \(dimension) numbers")
    (self.heads, self.dimension, self.first) = (heads, dimension, first)
    (self.headPitch, self.pitch) = (headPitch, pitch ?? end)
  }

  /// All of a row as one head.
  package init(columns: Int) {
    self.init(heads: 1, dimension: columns)
  }

  /// Numbers of a matrix of so many rows, up to the last one's last head.
  package func count(rows: Int) -> Int {
    rows == 0 ? 0 : (rows - 1) * pitch + first + (heads - 1) * headPitch + dimension
  }

  /// Whether the rows are `heads · dimension` numbers without gaps.
  package var isDense: Bool { headPitch == dimension && pitch == heads * dimension && first == 0 }

  var kernel: LoraHeadPlace {
    LoraHeadPlace(
      heads: heads, dimension: dimension, first: first, head_pitch: headPitch, pitch: pitch)
  }
}
