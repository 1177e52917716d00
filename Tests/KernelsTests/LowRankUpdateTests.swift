import Kernels
import Testing

/// W' by the kernel for a range of the elements of `weight`.
private func kernelUpdate(
  _ weight: [UInt64], _ format: FloatFormat, _ update: PackedUpdate, _ range: Range<Int>,
  _ instructions: InstructionSet
) -> [UInt64] {
  let source = format.bytes(Array(weight[range]))
  var result = [UInt8](repeating: 0xA5, count: source.count)
  source.withBytes { source in
    result.withMutableBytes { destination in
      update.apply(
        to: format, elements: range, from: source, into: &destination, using: instructions)
    }
  }
  return format.numbers(result)
}

@Suite struct LowRankUpdateTests {
  @Test(arguments: FloatFormat.allCases, [1, 2, 3, 8, 16, 17, 64])
  func `every instruction set gives the bits of the naive twin`(
    format: FloatFormat, rank: Int
  ) throws {
    var numbers = SeededNumbers(seed: rank)
    for (rows, columns) in [(1, 32), (8, 64), (13, 70)] {
      let pair = Pair(
        rows: rows, columns: columns, rank: rank, wide: format == .f64, numbers: &numbers)
      let weight = numbers.weights(rows * columns, format)
      let expected = naiveUpdate(weight, format, pair)
      let update = try pair.packed(for: format)
      for instructions in InstructionSet.available {
        let result = kernelUpdate(weight, format, update, 0..<weight.count, instructions)
        #expect(result == expected, "\(instructions) \(rows)x\(columns)")
      }
    }
  }
}
