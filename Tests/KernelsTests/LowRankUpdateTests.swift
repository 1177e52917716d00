import Kernels
import Testing

@Suite struct LowRankUpdateTests {
  @Test(arguments: FloatFormat.allCases, [1, 2, 3, 8, 16, 17, 64])
  func `every instruction set gives the bits of the naive twin`(
    format: FloatFormat, rank: Int
  ) throws {
    var numbers = SeededNumbers(seed: rank)
    for (rows, columns) in [(1, 32), (8, 64), (13, 70)] {
      try expectNaiveBits(format, rows: rows, columns: columns, rank: rank, numbers: &numbers)
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `every width has the bits of the naive twin`(format: FloatFormat) throws {
    var numbers = SeededNumbers(seed: 1)
    for columns in 1...70 {
      try expectNaiveBits(
        format, rows: 1 + columns % 11, columns: columns, rank: 3, numbers: &numbers)
    }
  }

  @Test(arguments: FloatFormat.allCases, [(3, 1060, 64), (2, 40, 3000)])
  func `columns that are computed in blocks have the bits of the naive twin`(
    format: FloatFormat, shape: (rows: Int, columns: Int, rank: Int)
  ) throws {
    var numbers = SeededNumbers(seed: 2)
    try expectNaiveBits(
      format, rows: shape.rows, columns: shape.columns, rank: shape.rank, numbers: &numbers,
      instructions: [.best])
  }

  @Test(arguments: FloatFormat.allCases)
  func `a range has the bits that the whole has, and nothing outside it is written`(
    format: FloatFormat
  ) throws {
    var numbers = SeededNumbers(seed: 3)
    let (rows, columns) = (19, 77)
    let pair = Pair(rows: rows, columns: columns, rank: 5, wide: format == .f64, numbers: &numbers)
    let weight = numbers.weights(rows * columns, format)
    let whole = naiveUpdate(weight, format, pair)
    let update = try pair.packed(for: format)
    for instructions in InstructionSet.available {
      for _ in 0..<60 {
        let ends = (0..<2).map { _ in Int.random(in: 0...weight.count, using: &numbers) }.sorted()
        let range = ends[0]..<ends[1]
        let result = kernelUpdate(weight, format, update, range, instructions)
        #expect(result == Array(whole[range]), "\(instructions) \(range)")
      }
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `infinities and NaNs in the factors reach exactly their elements`(
    format: FloatFormat
  ) throws {
    var numbers = SeededNumbers(seed: 4)
    let specials = [
      .nan, -.nan, .infinity, -.infinity, -0.0, 0x1p-149, -0x1p-140, 0x1p127, 0x1.fffffep127,
      Double(nan: 5, signaling: false), Double(Float(nan: 9, signaling: false)),
    ]
    let plain = Pair(rows: 15, columns: 45, rank: 4, wide: format == .f64, numbers: &numbers)
    var (up, down) = (plain.up, plain.down)
    for special in specials {
      up[Int.random(in: 0..<up.count, using: &numbers)] = special
      down[Int.random(in: 0..<down.count, using: &numbers)] = special
    }
    try expectNaiveBits(
      format, Pair(rows: 15, columns: 45, rank: 4, up: up, down: down), numbers: &numbers)
  }

  @Test(arguments: FloatFormat.allCases)
  func `an update in place has the bits of one from buffer to buffer`(format: FloatFormat) throws {
    var numbers = SeededNumbers(seed: 5)
    let pair = Pair(rows: 9, columns: 50, rank: 7, wide: format == .f64, numbers: &numbers)
    let weight = numbers.weights(9 * 50, format)
    let update = try pair.packed(for: format)
    for instructions in InstructionSet.available {
      let range = 13..<401
      var bytes = format.bytes(Array(weight[range]))
      bytes.withMutableBytes {
        update.apply(to: format, elements: range, in: &$0, using: instructions)
      }
      #expect(
        format.numbers(bytes) == kernelUpdate(weight, format, update, range, instructions),
        "\(instructions)")
    }
  }

  @Test func `a delta is the sum without the weight`() throws {
    var numbers = SeededNumbers(seed: 6)
    for wide in [false, true] {
      let pair = Pair(rows: 11, columns: 131, rank: 6, wide: wide, numbers: &numbers)
      let update = try pair.packed(for: wide ? .f64 : .f32)
      let expected = pair.elements.map { row, column in
        wide ? Float(pair.doubleChain(row, column)) : pair.chain(row, column)
      }
      for instructions in InstructionSet.available {
        for range in [0..<11 * 131, 1..<2, 100..<1400, 7..<7] {
          var result = [Float](repeating: .nan, count: range.count)
          var span = result.mutableSpan
          update.delta(elements: range, into: &span, using: instructions)
          #expect(result == Array(expected[range]), "\(instructions) \(range)")
        }
      }
    }
  }

  @Test func `the sum keeps the sign of a product that vanishes, and a weight of -0 does not`()
    throws
  {
    let update = try PackedUpdate(rows: 1, columns: 1, rank: 1, up: [-0x1p-100], down: [0x1p-100])
    for instructions in InstructionSet.available {
      var delta: [Float] = [1]
      var span = delta.mutableSpan
      update.delta(elements: 0..<1, into: &span, using: instructions)
      #expect(delta[0].bitPattern == 0x8000_0000)
      let zero = try PackedUpdate(rows: 1, columns: 1, rank: 1, up: [0], down: [1] as [Float])
      #expect(kernelUpdate([0x8000], .bf16, zero, 0..<1, instructions) == [0])
    }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 8, 16], [1, 50, 333, 4096])
  func `threads and tile sizes change no bit`(threads: Int, tile: Int) throws {
    var numbers = SeededNumbers(seed: 7)
    let pair = Pair(rows: 41, columns: 100, rank: 8, wide: false, numbers: &numbers)
    let weight = numbers.weights(4100, .bf16)
    let update = try pair.packed(for: .bf16)
    let ranges = stride(from: 0, to: 4100, by: tile).map { $0..<min($0 + tile, 4100) }
    let tiles = Tiles(count: ranges.count)
    Parallel.forEach(count: ranges.count, threads: threads) { index in
      tiles[index] = kernelUpdate(weight, .bf16, update, ranges[index], .best)
    }
    let whole = kernelUpdate(weight, .bf16, update, 0..<4100, .best)
    #expect(tiles.joined == whole)
  }
}

/// W' by the kernel for a range of the elements of `weight`, from and to addresses that are not
/// aligned, with a guard of bytes after the result.
private func kernelUpdate(
  _ weight: [UInt64], _ format: FloatFormat, _ update: PackedUpdate, _ range: Range<Int>,
  _ instructions: InstructionSet
) -> [UInt64] {
  let source = [0] + format.bytes(Array(weight[range]))
  let end = source.count
  var result = [UInt8](repeating: 0xA5, count: end + 256)
  source.withBytes { source in
    result.withMutableBytes { destination in
      var middle = destination._mutatingExtracting(1..<end)
      update.apply(
        to: format, elements: range, from: source.extracting(1..<end), into: &middle,
        using: instructions)
    }
  }
  #expect(result[0] == 0xA5 && result[end...].allSatisfy { $0 == 0xA5 }, "written outside")
  return format.numbers(Array(result[1..<end]))
}

private func expectNaiveBits(
  _ format: FloatFormat, rows: Int, columns: Int, rank: Int, numbers: inout SeededNumbers,
  instructions: [InstructionSet] = InstructionSet.available
) throws {
  let pair = Pair(
    rows: rows, columns: columns, rank: rank, wide: format == .f64, numbers: &numbers)
  try expectNaiveBits(format, pair, numbers: &numbers, instructions: instructions)
}

private func expectNaiveBits(
  _ format: FloatFormat, _ pair: Pair, numbers: inout SeededNumbers,
  instructions: [InstructionSet] = InstructionSet.available
) throws {
  let weight = numbers.weights(pair.rows * pair.columns, format)
  let expected = naiveUpdate(weight, format, pair)
  let update = try pair.packed(for: format)
  for instructions in instructions {
    let result = kernelUpdate(weight, format, update, 0..<weight.count, instructions)
    #expect(
      result == expected,
      "\(instructions) [\(pair.rows), \(pair.columns)] rank \(pair.rank)")
  }
}
