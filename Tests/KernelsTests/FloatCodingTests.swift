import Kernels
import Testing

@Suite struct FloatCodingTests {
  @Test(arguments: [FloatFormat.f16, .bf16], FloatFormat.allCases)
  func `every number of a half format converts as its naive twin`(
    from: FloatFormat, to: FloatFormat
  ) {
    let numbers = (0...0xFFFF).map { UInt64($0) }
    expectNaiveBits(numbers, from, to)
  }

  @Test(arguments: [FloatFormat.f32, .f64], FloatFormat.allCases)
  func `any number converts as its naive twin`(from: FloatFormat, to: FloatFormat) {
    var generator = SeededNumbers(seed: 1)
    let any = (0..<20_000).map { _ in generator.next() >> UInt64(64 - 8 * from.byteCount) }
    let numbers = from.corners + generator.weights(10_000, from) + any
    expectNaiveBits(numbers, from, to)
  }

  @Test(arguments: [FloatFormat.f32, .f64], [FloatFormat.f16, .bf16])
  func `a number half-way between two goes to the even one, the least bit off it to the nearer`(
    from: FloatFormat, to: FloatFormat
  ) {
    let numbers = stride(from: UInt64(0), through: 0x7F80, by: 3).flatMap { bits -> [UInt64] in
      let (low, high) = (naiveDecode(bits, to), naiveDecode(bits + 1, to))
      guard low.isFinite else { return [] }
      let middle = naiveEncode(high.isFinite ? low / 2 + high / 2 : 1.5 * low, from)
      return [middle - 1, middle, middle + 1].flatMap {
        [$0, $0 | 1 << UInt64(8 * from.byteCount - 1)]
      }
    }
    expectNaiveBits(numbers, from, to)
  }

  @Test func `f64 is rounded once on its way to a half format`() {
    // Just above half-way between 1 and the next number, by less than f32 can tell.
    let values = [1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-8 + 0x1p-40]
    #expect(FloatCoding.encode([values[0]], as: .f16) == [0x01, 0x3C])
    #expect(FloatCoding.encode([values[1]], as: .bf16) == [0x81, 0x3F])
    #expect(FloatCoding.encode([Float(values[0])], as: .f16) == [0x00, 0x3C])
    #expect(FloatCoding.encode([Float(values[1])], as: .bf16) == [0x80, 0x3F])
  }

  @Test func `numbers of any count go there and back`() {
    for count in 0...40 {
      let floats = (0..<count).map { Float($0) - 7 }
      for format in FloatFormat.allCases {
        let bytes = FloatCoding.encode(floats, as: format)
        #expect(bytes.count == count * format.byteCount)
        #expect(FloatCoding.floats(of: bytes, as: format) == floats)
        #expect(FloatCoding.doubles(of: bytes, as: format) == floats.map(Double.init))
        #expect(FloatCoding.encode(floats.map(Double.init), as: format) == bytes)
      }
    }
  }
}

private func expectNaiveBits(_ numbers: [UInt64], _ from: FloatFormat, _ to: FloatFormat) {
  let expected = to.bytes(numbers.map { naiveEncode(naiveDecode($0, from), to) })
  let source = from.bytes(numbers)
  for instructions in InstructionSet.available {
    var result = [UInt8](repeating: 0, count: expected.count)
    source.withBytes { source in
      result.withMutableBytes {
        FloatCoding.convert(source, from: from, into: &$0, as: to, using: instructions)
      }
    }
    let same = result == expected
    #expect(same, "\(instructions)")
  }
}
