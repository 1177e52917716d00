import Kernels
import Testing

/// A product with a matrix as it is stored is that with its numbers, whichever way is taken to it.
@Suite struct StoredProductTests {
  enum Storage: CaseIterable { case f32, bf16, codes, roundedCodes, rowCodes }

  private func matrix(_ storage: Storage, rows: Int, columns: Int) -> StoredMatrix {
    var numbers = SeededNumbers(seed: rows &* 31 &+ columns)
    let count = rows * columns
    switch storage {
    case .f32, .bf16:
      let format: FloatFormat = storage == .f32 ? .f32 : .bf16
      let values = (0..<count).map { _ in Float(numbers.normal()) }
      return StoredMatrix(
        FloatCoding.encode(values, as: format), in: format, rows: rows, columns: columns)
    case .codes, .roundedCodes, .rowCodes:
      let scheme: ScaledCoding.Scheme =
        storage == .rowCodes ? .rows(columns: columns) : .blocks(.shuffled, size: 64)
      let scales = (0..<scheme.scaleCount(of: count)).map { _ in Float(abs(numbers.normal())) }
      let codes = (0..<(count * scheme.bits + 7) / 8).map { _ in
        UInt8(truncatingIfNeeded: numbers.next())
      }
      return StoredMatrix(
        codes: codes,
        by: ScaledCoding(
          scheme, scales: scales, rounding: storage == .roundedCodes ? .bf16 : .f32),
        rows: rows, columns: columns)
    }
  }

  /// Few rows and many, chains that are whole and not, and rows of codes that are no whole blocks.
  @Test(arguments: Storage.allCases, [5, 64, 300, 512, 700, 832, 1088])
  func `its bits are those of the numbers written out`(storage: Storage, k: Int) {
    let n = 37
    let stored = matrix(storage, rows: n, columns: k)
    let values: [Float] = stored.values(ofRows: 0..<n)
    var numbers = SeededNumbers(seed: k)
    for m in [1, 2, 3, 4, 5, 31] {
      let a = (0..<m * max(n, k)).map { _ in Float(numbers.normal()) }
      let held = (0..<m * max(n, k)).map { _ in Float(numbers.normal()) }
      for (accumulates, instructions) in [false, true].flatMap({ accumulates in
        InstructionSet.available.map { (accumulates, $0) }
      }) {
        let across = Product(m: m, n: n, k: k, accumulates: accumulates)
        var (c, expected) = (held, held)
        matmulNT(a, stored, into: &c, across, using: instructions)
        matmulNT(a, values, into: &expected, across, using: .portable)
        #expect(c.map(\.bitPattern) == expected.map(\.bitPattern), "\(m) rows, \(instructions)")
        let along = Product(m: m, n: k, k: n, accumulates: accumulates)
        matmulNN(a, stored, into: &c, along, using: instructions)
        matmulNN(a, values, into: &expected, along, using: .portable)
        #expect(c.map(\.bitPattern) == expected.map(\.bitPattern), "\(m) rows, \(instructions)")
      }
    }
  }
}
