import Kernels
import Testing

@Suite struct ScaledCodingTests {
  private static let formats: [FloatFormat] = [.f32, .f16, .bf16]
  private static let counts = [1, 2, 31, 32, 33, 64, 91, 128, 1000, 4096, 9001]

  /// Numbers like weights, some of them zero or subnormal.
  private func weights(_ count: Int, _ format: FloatFormat) -> (bytes: [UInt8], values: [Float]) {
    var numbers = SeededNumbers(seed: count)
    let bits = (0..<count).map { index -> UInt64 in
      let value =
        switch index % 97 {
        case 0..<32 where index / 97 % 3 == 1: 0.0
        case 40: 1e-40
        case 41: -0.0
        default: numbers.normal() * 0.02
        }
      return naiveEncode(value, format)
    }
    return (format.bytes(bits), bits.map { Float(naiveDecode($0, format)) })
  }

  private func scales(_ bytes: [UInt8], _ format: FloatFormat, unit: Int) -> [Float] {
    var collector = ScaleCollector(count: bytes.count / format.byteCount, unit: unit)
    bytes.withBytes { collector.add($0, in: format, at: 0) }
    return collector.scales
  }

  @Test(arguments: formats, [32, 64, 256, 4096])
  func `4-bit codes are those of the naive twin`(format: FloatFormat, block: Int) {
    for count in Self.counts {
      let (bytes, values) = weights(count, format)
      let scales = scales(bytes, format, unit: block)
      let naive = NaiveQuantization(book: .shuffled, block: block, scales: scales)
      let coding = ScaledCoding(
        .blocks(.shuffled, size: block), scales: scales, rounding: format)
      let expected = naive.packed(values)
      for instructions in InstructionSet.available {
        let codes = [UInt8](count: (count + 1) / 2) { place in
          bytes.withBytes {
            coding.encode(0..<count, $0, in: format, into: &place, using: instructions)
          }
        }
        #expect(codes == expected, "\(instructions), \(count)")
      }
    }
  }

  @Test(arguments: formats, FloatFormat.allCases)
  func `any range of 4-bit codes is decoded as the naive twin does`(
    rounding: FloatFormat, result: FloatFormat
  ) {
    var numbers = SeededNumbers(seed: 5)
    let (count, block) = (1003, 64)
    let codes = (0..<502).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    let scales = (0..<16).map { _ in Float(numbers.normal() * 3) }
    let naive = NaiveQuantization(book: .shuffled, block: block, scales: scales)
    let expected = (0..<count).map { index in
      let code = index % 2 == 0 ? codes[index / 2] >> 4 : codes[index / 2] & 15
      return naiveEncode(naive.number(code, at: index, rounding: rounding), result)
    }
    let coding = ScaledCoding(.blocks(.shuffled, size: block), scales: scales, rounding: rounding)
    for range in [0..<1003, 0..<64, 64..<192, 1..<2, 63..<65, 30..<1001, 960..<1003, 7..<7] {
      for instructions in InstructionSet.available {
        let bytes = [UInt8](count: range.count * result.byteCount) { place in
          codes.withBytes {
            coding.decode(range, of: $0, into: &place, as: result, using: instructions)
          }
        }
        #expect(result.numbers(bytes) == Array(expected[range]), "\(instructions), \(range)")
      }
    }
  }

  @Test func `codes from a later block on are decoded with their own scales`() {
    let codes = [UInt8](repeating: 0x6F, count: 96)
    let coding = ScaledCoding(
      .blocks(.shuffled, size: 64), scales: [1, 2, 3], rounding: .f32)
    let whole = [UInt8](count: 192 * 4) { place in
      codes.withBytes { coding.decode(0..<192, of: $0, into: &place, as: .f32) }
    }
    let part = [UInt8](count: 90 * 4) { place in
      codes.withBytes {
        coding.decode(70..<160, of: $0.extracting(32..<96), from: 64, into: &place, as: .f32)
      }
    }
    #expect(part == Array(whole[280..<640]))
  }

  @Test(arguments: formats, [1, 7, 64, 333])
  func `8-bit codes and what they stand for are those of the naive twin`(
    format: FloatFormat, columns: Int
  ) {
    for count in Self.counts {
      let (bytes, values) = weights(count, format)
      let scales = scales(bytes, format, unit: columns)
      let coding = ScaledCoding(.rows(columns: columns), scales: scales, rounding: format)
      let expected = values.indices.map { naiveByte(values[$0], scale: scales[$0 / columns]) }
      let numbers = expected.indices.map { index -> UInt64 in
        let value = Float(expected[index]) * scales[index / columns] * 7.874015718698502e-3
        return naiveEncode(Double(value), format)
      }
      for instructions in InstructionSet.available {
        let first = count / 3
        let codes = [UInt8](count: count - first) { place in
          bytes.withBytes {
            coding.encode(
              first..<count, $0.extracting(first * format.byteCount..<bytes.count), in: format,
              into: &place, using: instructions)
          }
        }
        #expect(codes.map { Int8(bitPattern: $0) } == Array(expected[first...]))
        let decoded = [UInt8](count: codes.count * format.byteCount) { place in
          codes.withBytes {
            coding.decode(
              first..<count, of: $0, from: first, into: &place, as: format, using: instructions)
          }
        }
        #expect(format.numbers(decoded) == Array(numbers[first...]), "\(instructions), \(count)")
      }
    }
  }

  @Test(arguments: formats, [1, 5, 64, 700])
  func `scales found in pieces are those found at once`(format: FloatFormat, unit: Int) {
    let (bytes, values) = weights(3000, format)
    let expected = stride(from: 0, to: values.count, by: unit).map { start in
      values[start..<min(start + unit, values.count)].map(\.magnitude).max() ?? 0
    }
    #expect(scales(bytes, format, unit: unit) == expected)
    for instructions in InstructionSet.available {
      var collector = ScaleCollector(count: 3000, unit: unit)
      var (start, size) = (0, 1)
      while start < 3000 {
        let end = min(3000, start + size)
        bytes.withBytes { bytes in
          let range = start * format.byteCount..<end * format.byteCount
          collector.add(bytes.extracting(range), in: format, at: start, using: instructions)
        }
        (start, size) = (end, size * 3 % 1000 + 1)
      }
      #expect(collector.scales == expected, "\(instructions)")
    }
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan], [0, 63, 64, 127])
  func `a number that is not finite leaves a scale that is not`(value: Float, index: Int) {
    var values = [Float](repeating: 0.5, count: 128)
    values[index] = value
    for instructions in InstructionSet.available {
      var collector = ScaleCollector(count: 128, unit: 128)
      values.withBytes { bytes in
        collector.add(bytes.extracting(0..<400), in: .f32, at: 0, using: instructions)
        collector.add(bytes.extracting(400..<512), in: .f32, at: 100, using: instructions)
      }
      #expect(!collector.scales[0].isFinite, "\(instructions)")
    }
  }

  @Test(arguments: formats)
  func `errors are measured, alike by every instruction set`(format: FloatFormat) {
    for count in [1, 15, 16, 17, 1024, 5000] {
      let (bytes, values) = weights(count, format)
      let others = values.map { $0 + 0.001 * Float(Int($0 * 1e4) % 7) }
      var found: [ApproximationError] = []
      for instructions in InstructionSet.available {
        var error = ApproximationError()
        bytes.withBytes {
          error.add($0, in: format, approximations: others, using: instructions)
        }
        found.append(error)
      }
      #expect(found.allSatisfy { $0 == found[0] })
      let missed = zip(values, others).map { Double($0 - $1) }
      let squares = missed.reduce(0) { $0 + $1 * $1 }
      #expect(found[0].largest == missed.map(\.magnitude).max())
      #expect(abs(found[0].errorSquares - squares) <= 1e-5 * squares)
      #expect(found[0].count == count)
    }
  }
}
