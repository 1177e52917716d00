/// C [m, n] = A [m, k] · B [n, k]ᵀ in f64, for a B in f32 that is widened a strip at a time.
///
/// Each product and sum is dgemm's: exact in B, rounded in f64. B is never held whole in f64.
///
/// - Parameters:
///   - a: [m, k], row-major.
///   - b: [n, k], row-major; as large as memory allows, such as a layer's weights.
///   - n: Rows of B, and columns of C.
///   - k: What is summed over.
///   - workers: Threads; the result has the same bits for any number of them.
/// - Returns: C [m, n].
package func mixedProductNT(
  _ a: [Double], _ b: [Float], n: Int, k: Int, workers: Workers
) -> [Double] {
  let m = a.count / k
  precondition(a.count == m * k && b.count == n * k, "A or B does not have these sizes")
  var c = [Double](repeating: 0, count: m * n)
  guard m > 0, n > 0 else { return c }
  _ = singleThreadedBLAS
  // Strips of whole rows, as many as fit the cache beside A.
  let rows = max(16, min(256, (1 << 16) / k / 8 * 8))
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        let strips = (n + rows - 1) / rows
        let parts = min(workers.count, strips)
        workers.run(parts) { part in
          var wide = [Double](repeating: 0, count: rows * k)
          for strip in stride(from: part, to: strips, by: parts) {
            let (start, count) = (strip * rows, min(rows, n - strip * rows))
            for index in 0..<count * k { unsafe wide[index] = Double(b[start * k + index]) }
            unsafe wide.withUnsafeBufferPointer { wide in
              guard let wide = wide.baseAddress else { return }
              unsafe dgemm(
                Product(m: m, n: count, k: k),
                GEMMOperands(a: a, b: wide, c: c + start, layout: .nt, lda: k, ldb: k, ldc: n))
            }
          }
        }
      }
    }
  }
  return c
}

/// The sum of the squares of `values` in f64, in an order that depends on their count alone.
package func sumOfSquares<Scalar: DenseScalar>(_ values: [Scalar], workers: Workers) -> Double {
  let (total, part) = (values.count, 1 << 20)
  let parts = (total + part - 1) / part
  var sums = [Double](repeating: 0, count: parts)
  unsafe values.withUnsafeBufferPointer { values in
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let values = values.baseAddress, let sums = sums.baseAddress else { return }
      workers.run(parts) { index in
        let start = index * part
        unsafe sums[index] = Scalar.kernels.sumOfSquares(
          InstructionSet.best.code, values + start, min(part, total - start))
      }
    }
  }
  return sums.reduce(0, +)
}
