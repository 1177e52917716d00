import Containers
import Kernels
import Synchronization
import Tensors

/// Codes of a weight [out, in] that lie turned, `in` down and `out` across, in words of 32 bits.
///
/// GPTQ joins codes of neighbouring inputs in a word, AWQ of neighbouring outputs, in an order of its
/// own. Zero points [groups, out] are joined by outputs in both.
struct TurnedWords: CodedRows {
  let codes: Checkpoint.Location
  let zeros: Checkpoint.Location
  let scales: Checkpoint.Location
  let inputs: Int
  let outputs: Int
  let bits: Int
  let isAcross: Bool
  /// Added to a stored zero point.
  let zeroOffset: Int
  let groupSize: Int
  /// The group of each input, where they are not neighbours.
  let order: [Int32]
  private let kept = Kept()

  /// The half-byte of a word that each of eight neighbouring outputs of AWQ lies in.
  static let acrossOrder: [UInt8] = [0, 4, 1, 5, 2, 6, 3, 7]
  /// Codes up to this size are kept while a weight is read: 32 MiB.
  private static let largestKept = 1 << 25

  private var per: Int { 32 / bits }
  private var width: Int { isAcross ? outputs / per : outputs }
  private var depth: Int { isAcross ? inputs : inputs / per }
  private var groupCount: Int { scales.entry.shape[0] }

  init(
    codes: Checkpoint.Location, zeros: Checkpoint.Location, scales: Checkpoint.Location,
    size: (inputs: Int, outputs: Int), bits: Int, isAcross: Bool, zeroOffset: Int, groupSize: Int,
    order: [Int32]
  ) {
    (self.codes, self.zeros, self.scales) = (codes, zeros, scales)
    (inputs, outputs) = size
    (self.bits, self.isAcross) = (bits, isAcross)
    (self.zeroOffset, self.groupSize, self.order) = (zeroOffset, groupSize, order)
  }

  func block(_ rows: Range<Int>, of parts: PartReader) throws -> GroupedCodes {
    // Whole words are read: the rows that share them come along.
    let unit = isAcross ? per : 1
    let wide = rows.lowerBound / unit * unit..<(rows.upperBound + unit - 1) / unit * unit
    let words = try panel(wide.lowerBound / unit..<wide.upperBound / unit, parts)
    let taken =
      isAcross
      ? PackedCodes.rows(across: words, depth: depth, bits: bits, order: Self.acrossOrder)
      : PackedCodes.rows(downward: words, words: depth, bits: bits)
    var block = GroupedCodes(
      levels: CodeLevels.integers(offset: 0).table, columns: inputs, firstRow: wide.lowerBound,
      codes: taken,
      groups: GroupedCodes.Groups(
        rows: 1, columns: groupSize, matrixRows: outputs, perRow: groupCount, order: order),
      scales: [])
    let (scales, zeros) = try kept.factors { try factors(parts) }
    let range = wide.lowerBound * groupCount..<wide.upperBound * groupCount
    block.scales = Array(scales[range])
    block.zeros = Array(zeros[range])
    return block
  }

  /// Columns of the words, [depth, columns].
  private func panel(_ columns: Range<Int>, _ parts: PartReader) throws -> [UInt32] {
    if codes.entry.byteCount <= Self.largestKept {
      let all = try kept.words { try parts.words(codes, 0..<depth * width) }
      return (0..<depth).flatMap {
        all[$0 * width + columns.lowerBound..<$0 * width + columns.upperBound]
      }
    }
    var words: [UInt32] = []
    words.reserveCapacity(depth * columns.count)
    for row in 0..<depth {
      words += try parts.words(
        codes, row * width + columns.lowerBound..<row * width + columns.upperBound)
    }
    return words
  }

  /// Scales and zero points as [outputs, groups].
  private func factors(_ parts: PartReader) throws -> (scales: [Float], zeros: [Float]) {
    let stored = try parts.floats(scales, 0..<groupCount * outputs)
    let words = try parts.words(zeros, 0..<groupCount * (outputs / per))
    let mask = UInt32(1) << UInt32(bits) - 1
    var (scales, points) = ([Float](), [Float]())
    scales.reserveCapacity(stored.count)
    points.reserveCapacity(stored.count)
    for output in 0..<outputs {
      let place = isAcross ? Int(Self.acrossOrder[output % per]) : output % per
      for group in 0..<groupCount {
        scales.append(stored[group * outputs + output])
        let word = words[group * (outputs / per) + output / per]
        points.append(Float(Int(word >> UInt32(place * bits) & mask) + zeroOffset))
      }
    }
    return (scales, points)
  }

  /// What was read once for the whole weight.
  private final class Kept: Sendable {
    private let codes = Mutex<[UInt32]?>(nil)
    private let shared = Mutex<(scales: [Float], zeros: [Float])?>(nil)

    func words(_ read: () throws -> [UInt32]) throws -> [UInt32] {
      try codes.withLock { kept in
        if let kept { return kept }
        let words = try read()
        kept = words
        return words
      }
    }

    func factors(
      _ read: () throws -> (scales: [Float], zeros: [Float])
    ) throws -> (scales: [Float], zeros: [Float]) {
      try shared.withLock { kept in
        if let kept { return kept }
        let factors = try read()
        kept = factors
        return factors
      }
    }

    func letGo() {
      codes.withLock { $0 = nil }
      shared.withLock { $0 = nil }
    }
  }

  func letGo() { kept.letGo() }
}
