import Containers
import Kernels
import Synchronization
import Tensors

/// Stacked experts in MXFP4 as gpt-oss stores them: blocks [experts, out, in / 32, 16], while the weight
/// is [experts, in, out].
struct TurnedExperts: CodedRows {
  let codes: Checkpoint.Location
  let scales: Checkpoint.Location
  let inputs: Int
  let outputs: Int
  private let kept = Kept()

  init(
    codes: Checkpoint.Location, scales: Checkpoint.Location, size: (inputs: Int, outputs: Int)
  ) {
    (self.codes, self.scales) = (codes, scales)
    (inputs, outputs) = size
  }

  func block(_ rows: Range<Int>, of parts: PartReader) throws -> GroupedCodes {
    var block = GroupedCodes(
      levels: CodeLevels.e2M1.table, columns: outputs, firstRow: rows.lowerBound, codes: [],
      groups: GroupedCodes.Groups(rows: 1, columns: 1, matrixRows: inputs, perRow: outputs),
      scales: [])
    block.codes.reserveCapacity(rows.count * outputs)
    block.scales.reserveCapacity(rows.count * outputs)
    var row = rows.lowerBound
    while row < rows.upperBound {
      let (expert, first) = row.quotientAndRemainder(dividingBy: inputs)
      let count = min(inputs - first, rows.upperBound - row)
      let (packed, scales) = try kept.expert(expert) { try read(expert, parts) }
      block.codes += PackedCodes.turned(first..<first + count, of: packed, rows: outputs)
      let groups = inputs / 32
      for input in first..<first + count {
        for output in 0..<outputs { block.scales.append(scales[output * groups + input / 32]) }
      }
      row += count
    }
    return block
  }

  private func read(_ expert: Int, _ parts: PartReader) throws -> (codes: [UInt8], scales: [Float])
  {
    let size = outputs * inputs / 2
    let count = outputs * inputs / 32
    return (
      try parts.bytes(codes, expert * size..<(expert + 1) * size),
      try parts.floats(scales, expert * count..<(expert + 1) * count)
    )
  }

  func letGo() { kept.letGo() }

  /// The experts that were read last: ranges on several threads lie in one or two.
  private final class Kept: Sendable {
    private typealias Expert = (number: Int, codes: [UInt8], scales: [Float])
    private let experts = Mutex<[Expert]>([])

    func expert(
      _ number: Int, _ read: () throws -> (codes: [UInt8], scales: [Float])
    ) throws -> (codes: [UInt8], scales: [Float]) {
      try experts.withLock { experts in
        if let known = experts.first(where: { $0.number == number }) {
          return (known.codes, known.scales)
        }
        let (codes, scales) = try read()
        experts = Array(experts.suffix(1)) + [(number, codes, scales)]
        return (codes, scales)
      }
    }

    func letGo() { experts.withLock { $0 = [] } }
  }
}
