import Kernels
import Testing

/// Products of a few rows, as decoding makes them, with weights as they are stored.
@Suite struct RowProductTests {
  enum Storage: CaseIterable { case narrow, codes }

  /// Chains of 256 terms, their sums in ascending order.
  private func naive(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    let sums = stride(from: 0, to: a.count, by: 256).map { first in
      zip(a.dropFirst(first).prefix(256), b.dropFirst(first).prefix(256)).reduce(0 as Float) {
        $0.addingProduct($1.0, $1.1)
      }
    }
    return sums.dropFirst().reduce(sums[0], +)
  }

  private func matrix(_ storage: Storage, rows: Int, columns: Int) -> StoredMatrix {
    var numbers = SeededNumbers(seed: columns)
    switch storage {
    case .narrow:
      let weights = (0..<rows * columns).map { _ in naiveEncode(numbers.normal(), .bf16) }
      return StoredMatrix(
        FloatFormat.bf16.bytes(weights), in: .bf16, rows: rows, columns: columns)
    case .codes:
      let levels = (0..<16).map { Float($0 * $0 - 100) / 90 }
      let scheme = ScaledCoding.Scheme.blocks(Codebook(levels: levels), size: 64)
      let scales = (0..<scheme.scaleCount(of: rows * columns)).map { 0.1 + Float($0 % 7) / 9 }
      return StoredMatrix(
        codes: (0..<(rows * columns + 1) / 2).map { _ in
          UInt8(truncatingIfNeeded: numbers.next())
        },
        by: ScaledCoding(scheme, scales: scales, rounding: .f32), rows: rows, columns: columns)
    }
  }

  @Test(arguments: Storage.allCases, [1, 6, 64, 192, 250, 320, 576, 1536])
  func `every number of rows gives the bits of the naive twin`(storage: Storage, k: Int) {
    let n = 37
    let stored = matrix(storage, rows: n, columns: k)
    let b: [Float] = stored.values(ofRows: 0..<n)
    for m in 1...5 {
      let a: [Float] = denseNumbers(m * k, seed: m, corners: false)
      let twin = (0..<m * n).map {
        naive(a[($0 / n * k)...].prefix(k), b[($0 % n * k)...].prefix(k))
      }
      for instructions in InstructionSet.available {
        var c = [Float](repeating: .nan, count: m * n)
        matmulNT(a, stored, into: &c, Product(m: m, n: n, k: k), using: instructions)
        #expect(c == twin, "\(m) rows, \(instructions)")
      }
    }
  }

  @Test(arguments: [2, 3, 5, 16])
  func `one row has the same bits from any number of threads`(threads: Int) {
    let stored = matrix(.narrow, rows: 1000, columns: 576)
    let a: [Float] = denseNumbers(576, seed: 1, corners: false)
    func product(_ workers: Workers) -> [Float] {
      var c = [Float](repeating: .nan, count: 1000)
      matmulNT(a, stored, into: &c, Product(m: 1, n: 1000, k: 576, workers: workers))
      return c
    }
    #expect(product(Workers(count: threads)) == product(.one))
  }
}
