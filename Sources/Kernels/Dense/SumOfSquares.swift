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
