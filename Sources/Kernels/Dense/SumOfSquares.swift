/// Numbers whose squares are summed as a row is, by one thread.
private let partLength = 1 << 20

/// Σ x² in f64, not finite when an element is not, in an order that depends on the count alone.
///
/// Parts of 2²⁰ numbers, the last one shorter, are each summed as `Losses.h` sums along a row, and then
/// added in ascending order.
@specialized(where Scalar == Float)
package func sumOfSquares<Scalar: DenseScalar>(
  _ x: [Scalar], workers: Workers = .one, using instructions: InstructionSet = .best
) -> Double {
  let count = x.count
  let parts = (count + partLength - 1) / partLength
  var sums = [Double](repeating: 0, count: parts)
  unsafe x.withUnsafeBufferPointer { x in
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let x = x.baseAddress, let sums = sums.baseAddress else { return }
      workers.run(parts) { part in
        let start = part * partLength
        unsafe sums[part] = Scalar.kernels.sumOfSquares(
          instructions.code, x + start, min(partLength, count - start))
      }
    }
  }
  return sums.reduce(0, +)
}
