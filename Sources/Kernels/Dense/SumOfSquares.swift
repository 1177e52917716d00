/// Σ x², not finite when an element is not; the order of summation depends on the count alone.
@specialized(where Scalar == Float)
package func sumOfSquares<Scalar: DenseScalar>(
  _ x: [Scalar], using instructions: InstructionSet = .best
) -> Double {
  unsafe x.withUnsafeBufferPointer { x in
    guard let start = x.baseAddress else { return 0 }
    return unsafe Scalar.kernels.sumOfSquares(instructions.code, start, x.count)
  }
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
