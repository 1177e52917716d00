import Kernels
import Testing

/// The code of a remainder comes from a file that nobody can trust.
@Suite struct DamagedRemainderTests {
  private func merge(_ format: FloatFormat) throws -> MergedRange {
    var numbers = SeededNumbers(seed: 21)
    return try MergedRange(format, rows: 9, columns: 50, deltaSize: 0.5, numbers: &numbers)
  }

  @Test(arguments: FloatFormat.allCases)
  func `a code that is cut short is refused at every length`(format: FloatFormat) throws {
    let merge = try merge(format)
    let code = merge.code()
    for count in 0..<code.count {
      #expect(throws: RemainderFailure.self) { try merge.original(from: Array(code[..<count])) }
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `a code that goes on is refused`(format: FloatFormat) throws {
    let merge = try merge(format)
    #expect(throws: RemainderFailure.goesOn) { try merge.original(from: merge.code() + [0]) }
    let difference = merge.weight.withBytes { weight in
      merge.merged.withBytes {
        Remainder.encodeDifference(weight, merged: $0, format: format)
      }
    }
    #expect(throws: RemainderFailure.goesOn) { try merge.original(from: difference + [0]) }
    for count in 0..<difference.count {
      #expect(throws: RemainderFailure.self) {
        try merge.original(from: Array(difference[..<count]))
      }
    }
  }

  @Test func `a coding that there is not is refused`() throws {
    let merge = try merge(.bf16)
    for byte in [UInt8(0), 3, 255] {
      #expect(throws: RemainderFailure.unknownCoding(byte)) {
        try merge.original(from: [byte] + merge.code().dropFirst())
      }
    }
  }

  @Test func `outliers out of order or out of range are refused`() throws {
    let merge = try merge(.bf16)
    let indices = merge.code()[5...]
    func code(_ positions: [UInt32]) -> [UInt8] {
      let bytes = positions.flatMap { position in
        [UInt8(position & 255), UInt8(position >> 8 & 255), 0, 0, 7, 7]
      }
      return [1, UInt8(positions.count), 0, 0, 0] + bytes + indices
    }
    #expect(throws: Never.self) { try merge.original(from: code([0, 8, 449])) }
    #expect(throws: RemainderFailure.badOutlier(position: 450)) {
      try merge.original(from: code([8, 450]))
    }
    #expect(throws: RemainderFailure.badOutlier(position: 8)) {
      try merge.original(from: code([8, 8]))
    }
    #expect(throws: RemainderFailure.cutShort) {
      try merge.original(from: [1, 255, 255, 255, 255] + indices)
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `any bytes are decoded or refused`(format: FloatFormat) throws {
    let merge = try merge(format)
    var numbers = SeededNumbers(seed: 22)
    let code = merge.code()
    for round in 0..<400 {
      var damaged = code
      for _ in 0...(round % 4) {
        damaged[Int.random(in: 0..<damaged.count, using: &numbers)] = UInt8(numbers.next() & 255)
      }
      let result = try? merge.original(from: damaged)
      #expect(result == nil || result?.count == merge.weight.count)
    }
  }

  @Test(arguments: FloatFormat.allCases)
  func `no code is kept that does not lead back`(format: FloatFormat) throws {
    let merge = try merge(format)
    let code = merge.code()
    #expect(try merge.confirmed(code) == code)
    var replaced = 0
    for index in code.indices where index % 5 == 0 || index < 8 {
      for bit in [UInt8(1), 0x10, 0x80] {
        var damaged = code
        damaged[index] ^= bit
        let confirmed = try merge.confirmed(damaged)
        #expect(try merge.original(from: confirmed) == merge.weight)
        replaced += confirmed == damaged ? 0 : 1
      }
    }
    // A flipped bit may still lead back: the index of an outlier is not looked at.
    #expect(replaced >= code.count / 3)
    #expect(try merge.original(from: merge.confirmed([])) == merge.weight)
  }
}
