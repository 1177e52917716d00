import Kernels
import Testing

@Suite struct FloatScanTests {
  @Test(arguments: FloatFormat.allCases)
  func `non-finite numbers are counted, and the first is found`(format: FloatFormat) {
    var generator = SeededNumbers(seed: 1)
    for count in [0, 1, 31, 64, 4095, 4096, 9000] {
      let numbers = generator.weights(count, format)
      let found = numbers.indices.filter { !naiveDecode(numbers[$0], format).isFinite }
      format.bytes(numbers).withBytes { bytes in
        for instructions in InstructionSet.available {
          #expect(
            FloatScan.nonFiniteCount(in: bytes, format: format, using: instructions)
              == found.count)
          #expect(
            FloatScan.firstNonFinite(in: bytes, format: format, using: instructions)
              == found.first)
        }
      }
    }
  }

  @Test(arguments: FloatFormat.allCases, [0, 1, 65_535, 65_536, 69_999])
  func `the only infinity is found wherever it stands`(format: FloatFormat, index: Int) {
    var numbers = [UInt64](repeating: 1, count: 70_000)
    numbers[index] = naiveEncode(-.infinity, format)
    format.bytes(numbers).withBytes { bytes in
      #expect(FloatScan.firstNonFinite(in: bytes, format: format) == index)
      #expect(FloatScan.nonFiniteCount(in: bytes, format: format) == 1)
    }
  }

  @Test func `every number being infinite overflows no counter`() {
    let numbers = [UInt64](repeating: 0x7F80, count: 140_000)
    FloatFormat.bf16.bytes(numbers).withBytes { bytes in
      for instructions in InstructionSet.available {
        #expect(
          FloatScan.nonFiniteCount(in: bytes, format: .bf16, using: instructions) == 140_000)
      }
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `only a number that was finite before is a new infinity`(format: FloatFormat) {
    var generator = SeededNumbers(seed: 2)
    for count in [0, 1, 40, 5000] {
      let before = generator.weights(count, format)
      let after = before.map { naiveDecode($0, format).isFinite ? $0 : 0 }
      for index in before.indices.filter({ $0 % 97 == 3 }).reversed() {
        var after = after
        after[index] = naiveEncode(.nan, format)
        let expected = naiveDecode(before[index], format).isFinite ? index : nil
        expectFirst(expected, before, after, format)
      }
      expectFirst(nil, before, before, format)
      expectFirst(nil, before, after, format)
    }
  }
}

private func expectFirst(
  _ expected: Int?, _ before: [UInt64], _ after: [UInt64], _ format: FloatFormat
) {
  format.bytes(before).withBytes { before in
    format.bytes(after).withBytes { after in
      for instructions in InstructionSet.available {
        #expect(
          FloatScan.firstNewNonFinite(
            before: before, after: after, format: format, using: instructions) == expected)
      }
    }
  }
}
