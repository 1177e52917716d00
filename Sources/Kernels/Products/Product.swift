import CKernels

/// The sizes of one product, C [m, n] summed over k; what is summed in which order, `MatrixProduct.h`
/// defines.
package struct Product: Sendable {
  package let m: Int
  package let n: Int
  package let k: Int
  /// Whether the product is added to what C holds, which is not read otherwise.
  package let accumulates: Bool
  /// Threads; none of the result's bits depends on them.
  package let workers: Workers

  package init(m: Int, n: Int, k: Int, accumulates: Bool = false, workers: Workers = .one) {
    precondition(m >= 0 && n >= 0 && k >= 0, "a product of sizes \(m), \(n), \(k)")
    (self.m, self.n, self.k) = (m, n, k)
    (self.accumulates, self.workers) = (accumulates, workers)
  }
}

/// Multiplications from which a part of C is worth a thread: some 50 µs of them.
private let multiplicationsWorthAThread = 2 << 20

/// Multiplications that a number of B costs at least: few rows wait for memory.
private let multiplicationsToReadANumber = 16

extension Product {
  /// The parts of C that threads compute: the longer side is cut, in whole vectors.
  var strips: [Strip] {
    let side = max(m, n)
    let work = max(m, multiplicationsToReadANumber) * n * k
    let count = max(1, min(workers.count, work / multiplicationsWorthAThread, side / 32))
    let length = (side + count * 32 - 1) / (count * 32) * 32
    return stride(from: 0, to: side, by: max(1, length)).map { start in
      let range = start..<min(side, start + length)
      return m >= n ? Strip(rows: range, columns: 0..<n) : Strip(rows: 0..<m, columns: range)
    }
  }

  /// Some rows and columns of C.
  struct Strip {
    let rows: Range<Int>
    let columns: Range<Int>
  }
}
