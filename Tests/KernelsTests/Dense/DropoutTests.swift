import Kernels
import Testing

@Suite struct DropoutTests {
  /// The number that decides about an element, as `Dense.h` defines it.
  private func chance(_ key: UInt64, row: Int, column: Int) -> UInt32 {
    func mix(_ number: UInt32) -> UInt32 {
      var h = number
      h = (h ^ h >> 16) &* 0x85EB_CA6B
      h = (h ^ h >> 13) &* 0xC2B2_AE35
      return h ^ h >> 16
    }
    var state = key &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15
    state &+= 0x9E37_79B9_7F4A_7C15
    state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
    state ^= state >> 31
    let low = UInt32(truncatingIfNeeded: state)
    return mix(mix(UInt32(column) &+ low) ^ UInt32(state >> 32))
  }

  @Test(arguments: [(0..<1, 1), (5..<8, 33), (1000..<1003, 100)], InstructionSet.available)
  func `an element is left out by its place alone`(
    shape: (rows: Range<Int>, columns: Int), instructions: InstructionSet
  ) {
    let mask = DropoutMask(seed: 7, step: 3, layer: 2, probability: 0.3)
    let (rows, columns) = shape
    checkElements(Float.self, mask, rows, columns, instructions)
    checkElements(Double.self, mask, rows, columns, instructions)
  }

  private func checkElements<Scalar: DenseScalar>(
    _: Scalar.Type, _ mask: DropoutMask, _ rows: Range<Int>, _ columns: Int,
    _ instructions: InstructionSet
  ) {
    let x: [Scalar] = denseNumbers(rows.count * columns, seed: columns)
    var y = x
    drop(&y, mask, rows: rows, columns: columns, using: instructions)
    for index in y.indices {
      let (row, column) = (rows.lowerBound + index / columns, index % columns)
      let isKept =
        Double(chance(mask.key, row: row, column: column)) >= (0.3 * 0x1p32).rounded(.down)
      let twin = x[index] * (isKept ? Scalar(1 / (1 - 0.3)) : 0)
      #expect(y[index].pattern == twin.canonical.pattern)
    }
  }

  @Test(arguments: [0, 0.05, 0.5, 0.95])
  func `the share that is left out is the probability`(probability: Double) {
    let (rows, columns) = (400, 500)
    let mask = DropoutMask(seed: 1, step: 1, layer: 1, probability: probability)
    var x = [Float](repeating: 1, count: rows * columns)
    drop(&x, mask, rows: 0..<rows, columns: columns, workers: Workers(count: 3))
    func isShare(_ dropped: Int, of count: Int) -> Bool {
      let deviation = (Double(count) * probability * (1 - probability)).squareRoot()
      return abs(Double(dropped) - Double(count) * probability) <= 5 * deviation
    }
    let isDropped = x.map { $0 == 0 }
    #expect(isShare(isDropped.count { $0 }, of: rows * columns))
    for row in 0..<rows {
      #expect(isShare(isDropped[row * columns..<(row + 1) * columns].count { $0 }, of: columns))
    }
    for column in 0..<columns {
      let dropped = (0..<rows).count { isDropped[$0 * columns + column] }
      #expect(isShare(dropped, of: rows))
      // Neighbours in a row know nothing of each other.
      let both = (0..<rows).count {
        isDropped[$0 * columns + column] && isDropped[$0 * columns + (column + 1) % columns]
      }
      let expected = Double(rows) * probability * probability
      #expect(abs(Double(both) - expected) <= 6 * max(1, expected.squareRoot()))
    }
  }

  @Test func `rows may come in any portions`() {
    let columns = 37
    let mask = DropoutMask(seed: 1, step: 2, layer: 3, probability: 0.4)
    let x: [Float] = denseNumbers(100 * columns, seed: 1, corners: false)
    var (whole, parts) = (x, [Float]())
    drop(&whole, mask, rows: 0..<100, columns: columns)
    for rows in [0..<1, 1..<65, 65..<100] {
      var part = Array(x[rows.lowerBound * columns..<rows.upperBound * columns])
      drop(&part, mask, rows: rows, columns: columns)
      parts += part
    }
    #expect(parts == whole)
  }

  @Test func `another seed, step or layer is another mask`() {
    func dropped(_ seed: UInt64, _ step: Int, _ layer: Int) -> [Float] {
      var x = [Float](repeating: 1, count: 2000)
      let mask = DropoutMask(seed: seed, step: step, layer: layer, probability: 0.5)
      drop(&x, mask, rows: 0..<2, columns: 1000)
      return x
    }
    let masks = [dropped(1, 1, 1), dropped(2, 1, 1), dropped(1, 2, 1), dropped(1, 1, 2)]
    for (index, one) in masks.enumerated() {
      for other in masks[..<index] {
        let equal = zip(one, other).count { $0 == $1 }
        #expect(abs(equal - 1000) < 120)
      }
    }
  }
}
