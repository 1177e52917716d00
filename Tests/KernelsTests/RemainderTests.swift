import Kernels
import Testing

@Suite struct RemainderTests {
  @Test(arguments: FloatFormat.allCases, [1e-4, 0.01, 0.5, 10])
  func `what was merged comes out with its bits, for any shape`(
    format: FloatFormat, size: Double
  ) throws {
    var numbers = SeededNumbers(seed: 11)
    for (rows, columns) in [(1, 1), (3, 70), (16, 64), (5, 1000), (300, 301)] {
      let merge = try MergedRange(
        format, rows: rows, columns: columns, deltaSize: size, numbers: &numbers)
      try merge.expectRoundTrip()
    }
  }

  @Test(arguments: FloatFormat.allCases, [0, 0.01, 1, 1000])
  func `weights from the corners of a format come out with their bits`(
    format: FloatFormat, size: Double
  ) throws {
    var numbers = SeededNumbers(seed: 12)
    let weights = numbers.weights(40 * 50, format)
    let merge = try MergedRange(
      format, rows: 40, columns: 50, deltaSize: size, weights: weights, numbers: &numbers)
    try merge.expectRoundTrip()
  }

  @Test(arguments: FloatFormat.allCases)
  func `factors that are not finite do not hinder the way back`(format: FloatFormat) throws {
    var numbers = SeededNumbers(seed: 13)
    let merge = try MergedRange(
      format, rows: 30, columns: 40, deltaSize: .infinity, numbers: &numbers)
    try merge.expectRoundTrip()
  }

  @Test(arguments: [FloatFormat.bf16, .f16], [1e-4, 0.02, 0.3, 20])
  func `every finite number of 16 bits is among its candidates`(
    format: FloatFormat, size: Double
  ) throws {
    var numbers = SeededNumbers(seed: 14)
    let all = (0..<UInt64(1 << 16)).filter { naiveDecode($0, format).isFinite }
    let merge = try MergedRange(
      format, rows: 8, columns: all.count / 8, deltaSize: size, weights: all, numbers: &numbers)
    let finite = format.numbers(merge.merged).allSatisfy { naiveDecode($0, format).isFinite }
    let code = merge.code()
    #expect(code[0] == 1)
    if finite { #expect(code[1..<5].allSatisfy { $0 == 0 }, "no outliers") }
    try merge.expectRoundTrip()
  }

  @Test(arguments: FloatFormat.allCases)
  func `every instruction set makes the same code and reads that of the others`(
    format: FloatFormat
  ) throws {
    var numbers = SeededNumbers(seed: 15)
    let weights = numbers.weights(37 * 129, format)
    let merge = try MergedRange(
      format, rows: 37, columns: 129, deltaSize: 0.1, weights: weights, numbers: &numbers)
    let code = merge.code(.portable)
    for instructions in InstructionSet.available {
      #expect(merge.code(instructions) == code, "\(instructions)")
      #expect(try merge.original(from: code, instructions) == merge.weight)
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `a range over several slabs is one code`(format: FloatFormat) throws {
    var numbers = SeededNumbers(seed: 16)
    let slabs = try (0..<3).map { _ in
      try MergedRange(format, rows: 7, columns: 11, deltaSize: 0.1, numbers: &numbers)
    }
    // From the middle of the first slab, over one to which nothing is added, into the third.
    let parts: [RangeUpdate.Part] = [
      .init(slabs[0].update, 40..<77), .init(nil, 0..<77), .init(slabs[2].update, 0..<30),
    ]
    let size = format.byteCount
    let weight = slabs[0].weight[(40 * size)...] + slabs[1].weight + slabs[2].weight[..<(30 * size)]
    let merged =
      slabs[0].merged[(40 * size)...] + slabs[1].weight + slabs[2].merged[..<(30 * size)]
    let range = MergedRange(
      format: format, weight: Array(weight), merged: Array(merged), parts: RangeUpdate(parts))
    try range.expectRoundTrip()
    let again = try range.mergeAgain()
    #expect(again.merged == range.merged && again.code == range.code())
  }

  @Test(arguments: FloatFormat.allCases, [0.01, 0.5, 1000, .infinity])
  func `merging and encoding at once is merging, and then encoding`(
    format: FloatFormat, size: Double
  ) throws {
    var numbers = SeededNumbers(seed: 20)
    let weights = numbers.weights(37 * 129, format)
    let merge = try MergedRange(
      format, rows: 37, columns: 129, deltaSize: size, weights: weights, numbers: &numbers)
    for instructions in InstructionSet.available {
      let again = try merge.mergeAgain(instructions)
      #expect(again.merged == merge.merged, "\(instructions)")
      #expect(again.code == merge.code(), "\(instructions)")
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `a weight of no relation to what stands there now comes out too`(
    format: FloatFormat
  ) throws {
    var numbers = SeededNumbers(seed: 17)
    var merge = try MergedRange(
      format, rows: 60, columns: 70, deltaSize: 0.1, numbers: &numbers)
    let other = format.bytes(numbers.weights(60 * 70, format))
    merge = MergedRange(
      format: format, weight: merge.weight, merged: other, parts: merge.parts)
    #expect(merge.code()[0] == 2, "coded by difference")
    try merge.expectRoundTrip()
  }

  @Test(arguments: FloatFormat.allCases)
  func `a few replaced elements are outliers`(format: FloatFormat) throws {
    var numbers = SeededNumbers(seed: 18)
    let merge = try MergedRange(
      format, rows: 60, columns: 70, deltaSize: 0.01, numbers: &numbers)
    var merged = merge.merged
    for index in 700..<(700 + 70 * format.byteCount) { merged[index] ^= 0x2A }
    let replaced = MergedRange(
      format: format, weight: merge.weight, merged: merged, parts: merge.parts)
    #expect(replaced.code()[0] == 1)
    try replaced.expectRoundTrip()
  }

  @Test(arguments: [
    (FloatFormat.bf16, 0.01, 0.008), (.bf16, 0.1, 0.025), (.f16, 0.01, 0.008), (.f16, 0.1, 0.025),
    (.f32, 0.01, 0.012), (.f32, 0.1, 0.035),
  ])
  func `the code is a small share of Gaussian weights`(
    format: FloatFormat, size: Double, limit: Double
  ) throws {
    var numbers = SeededNumbers(seed: 19)
    let merge = try MergedRange(
      format, rows: 256, columns: 512, deltaSize: size, numbers: &numbers)
    let share = Double(merge.code().count) / Double(merge.weight.count)
    #expect(share <= limit)
  }
}
