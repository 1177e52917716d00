import CKernels

/// C [m, n] (+)= A [m, k] · B [n, k]ᵀ, all row-major.
@specialized(where Scalar == Float, Operand == [Float])
@specialized(where Scalar == Float, Operand == StoredMatrix)
package func matmulNT<Scalar: DenseScalar, Operand: ProductOperand>(
  _ a: [Scalar], _ b: Operand, into c: inout [Scalar], _ product: Product,
  using instructions: InstructionSet = .best
) {
  multiply(LORA_NT, a, b, into: &c, product, instructions)
}

/// C [m, n] (+)= A [m, k] · B [k, n], all row-major.
@specialized(where Scalar == Float, Operand == [Float])
@specialized(where Scalar == Float, Operand == StoredMatrix)
package func matmulNN<Scalar: DenseScalar, Operand: ProductOperand>(
  _ a: [Scalar], _ b: Operand, into c: inout [Scalar], _ product: Product,
  using instructions: InstructionSet = .best
) {
  multiply(LORA_NN, a, b, into: &c, product, instructions)
}

/// C [m, n] = A [k, m]ᵀ · B [k, n], all row-major: a sum over the k rows of a training step, in blocks
/// and along the tree of `BlockRows.h`.
///
/// A product that accumulates has the next rows of one block, at most `blockRows`, and goes on with the
/// chains that C holds. The rows are those from `firstRow` on of larger matrices.
@specialized(where Scalar == Float)
package func matmulTN<Scalar: DenseScalar>(
  _ a: [Scalar], _ b: [Scalar], into c: inout [Scalar], _ product: Product, firstRow: Int = 0,
  using instructions: InstructionSet = .best
) {
  precondition(!product.accumulates || product.k <= blockRows, "a chain ends with its block")
  multiply(LORA_TN, a, b, into: &c, product, instructions, firstRow: firstRow)
}

/// Checks the sizes once, then computes C in strips, one a thread.
private func multiply<Scalar: DenseScalar, Operand: ProductOperand>(
  _ form: lora_form, _ a: [Scalar], _ b: Operand, into c: inout [Scalar], _ product: Product,
  _ instructions: InstructionSet, firstRow: Int = 0
) {
  let (m, n, k) = (product.m, product.n, product.k)
  precondition(
    a.count >= m * (firstRow + k), "A holds \(a.count) numbers, \(m) × \(k) are needed")
  precondition(
    b.count >= n * (firstRow + k), "B holds \(b.count) numbers, \(n) × \(k) are needed")
  precondition(c.count >= m * n, "C holds \(c.count) numbers, \(m) × \(n) are needed")
  let strips = product.strips
  unsafe a.withUnsafeBufferPointer { a in
    unsafe c.withUnsafeMutableBufferPointer { c in
      unsafe b.withMatrix(columns: form == LORA_NT ? k : n) { b in
        guard let a = a.baseAddress, let c = c.baseAddress else { return }
        product.workers.run(strips.count) { index in
          let strip = strips[index]
          var sizes = lora_product(
            form: form, precision: Scalar.format.code, m: strip.rows.count, n: strip.columns.count,
            k: k, lda: form == LORA_TN ? m : k, ldc: n, accumulates: product.accumulates)
          var part = unsafe b.pointee
          if form == LORA_NT {
            unsafe part.row += strip.columns.lowerBound
          } else {
            unsafe part.row += firstRow
            unsafe part.column += strip.columns.lowerBound
          }
          let row = strip.rows.lowerBound
          unsafe ProductSpace.lend(lora_product_space(instructions.code, &sizes), of: Scalar.self) {
            unsafe lora_multiply(
              instructions.code, &sizes, a + (form == LORA_TN ? row + firstRow * m : row * k),
              &part,
              c + row * n + strip.columns.lowerBound, $0)
          }
        }
      }
    }
  }
}
