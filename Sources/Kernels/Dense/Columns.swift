import CKernels

/// y [rows, bias.count] = bias in every row; `y` is overwritten.
@specialized(where Scalar == Float)
package func fillRows<Scalar: DenseScalar>(
  _ y: inout [Scalar], with bias: [Scalar], rows: Int, workers: Workers = .one
) {
  let columns = bias.count
  precondition(y.count >= rows * columns, "the matrix holds fewer than \(rows) rows")
  unsafe bias.withUnsafeBufferPointer { bias in
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let bias = bias.baseAddress, let y = y.baseAddress else { return }
      inRows(rows, of: columns, workers) { first, count in
        unsafe Scalar.kernels.fillRows(y + first * columns, bias, count, columns)
      }
    }
  }
}

/// y [rows, factors.count] = fma(factors, v, y), column by column.
@specialized(where Scalar == Float)
package func addScaledColumns<Scalar: DenseScalar>(
  _ v: [Scalar], factors: [Scalar], to y: inout [Scalar], rows: Int,
  using instructions: InstructionSet = .best
) {
  let columns = factors.count
  precondition(v.count >= rows * columns && y.count >= rows * columns, "too few rows")
  unsafe v.withUnsafeBufferPointer { v in
    unsafe factors.withUnsafeBufferPointer { factors in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let v = v.baseAddress, let factors = factors.baseAddress, let y = y.baseAddress
        else { return }
        unsafe Scalar.kernels.addScaledColumns(instructions.code, y, v, factors, rows, columns)
      }
    }
  }
}
