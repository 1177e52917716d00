import Containers
import Kernels
import Tensors

/// Codes that lie in the order of the weight, row after row.
struct AlignedRows: CodedRows {
  let codes: Checkpoint.Location
  let columns: Int
  let bits: Int
  /// Bytes of a row.
  let rowSize: Int
  let levels: CodeLevels
  /// nil without scales.
  let scales: Scales?
  var zeros: Zeros?
  var biases: Checkpoint.Location?

  /// Scales and how numbers share them.
  struct Scales: Sendable {
    let location: Checkpoint.Location
    let groups: GroupedCodes.Groups
    /// A scale of the scales.
    var global: Global?
  }

  enum Global: Sendable {
    case factor(Checkpoint.Location)
    case divisor(Checkpoint.Location)
  }

  /// Zero points, subtracted before the scale is multiplied with.
  enum Zeros: Sendable {
    /// As the scales lie.
    case stored(Checkpoint.Location)
    /// Words [rows / (32 / bits), groups]: those of neighbouring rows share a word.
    case packed(Checkpoint.Location, offset: Int)
  }

  func block(_ rows: Range<Int>, of parts: PartReader) throws -> GroupedCodes {
    let stored = try parts.bytes(codes, rows.lowerBound * rowSize..<rows.upperBound * rowSize)
    var block = GroupedCodes(
      levels: levels.table, columns: columns, firstRow: rows.lowerBound,
      codes: unpacked(stored, rows.count),
      groups: scales?.groups
        ?? GroupedCodes.Groups(
          rows: Int.max / 4, columns: columns, matrixRows: Int.max / 4, perRow: 1),
      scales: [1])
    guard let scales else { return block }
    let groups = scales.groups
    let groupRows =
      groups.groupRow(of: rows.lowerBound)..<groups.groupRow(of: rows.upperBound - 1) + 1
    let range = groupRows.lowerBound * groups.perRow..<groupRows.upperBound * groups.perRow
    block.scales = try self.scaled(try parts.floats(scales.location, range), parts)
    if let biases { block.biases = try parts.floats(biases, range) }
    if let zeros { block.zeros = try points(zeros, groupRows, range, parts) }
    return block
  }

  private func unpacked(_ stored: [UInt8], _ rows: Int) -> [UInt8] {
    guard bits < 8 else { return stored }
    if rowSize * 8 == columns * bits {
      return PackedCodes.unpacked(0..<rows * columns, bits: bits, of: stored)
    }
    return (0..<rows).flatMap { row in
      PackedCodes.unpacked(
        0..<columns, bits: bits, of: Array(stored[row * rowSize..<(row + 1) * rowSize]))
    }
  }

  private func scaled(_ scales: [Float], _ parts: PartReader) throws -> [Float] {
    switch self.scales?.global {
    case nil: return scales
    case .factor(let location):
      let factor = try parts.floats(location, 0..<1)[0]
      return scales.map { $0 * factor }
    case .divisor(let location):
      let divisor = try parts.floats(location, 0..<1)[0]
      return scales.map { $0 / divisor }
    }
  }

  private func points(
    _ zeros: Zeros, _ rows: Range<Int>, _ range: Range<Int>, _ parts: PartReader
  ) throws -> [Float] {
    switch zeros {
    case .stored(let location):
      guard location.entry.type == .i8 || location.entry.type == .u8 else {
        return try parts.floats(location, range)
      }
      let levels: CodeLevels = location.entry.type == .i8 ? .int8 : .integers(offset: 0)
      let table = levels.table
      return try parts.bytes(location, range).map { table[Int($0)] }
    case .packed(let location, let offset):
      let (per, width) = (32 / bits, self.scales?.groups.perRow ?? 1)
      let wordRows = rows.lowerBound / per..<(rows.upperBound - 1) / per + 1
      let words = try parts.words(
        location, wordRows.lowerBound * width..<wordRows.upperBound * width)
      let mask = UInt32(1) << UInt32(bits) - 1
      return rows.flatMap { row in
        let (word, place) = (row / per - wordRows.lowerBound, UInt32(row % per * bits))
        return (0..<width).map { group in
          Float(Int(words[word * width + group] >> place & mask) - offset)
        }
      }
    }
  }
}
