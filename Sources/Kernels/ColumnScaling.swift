/// y [rows, factors.count] += factors · v, column by column.
@specialized(where Scalar == Float)
package func addScaledColumns<Scalar: DenseScalar>(
  _ v: [Scalar], factors: [Scalar], to y: inout [Scalar], rows: Int
) {
  let columns = factors.count
  precondition(v.count >= rows * columns && y.count >= rows * columns, "too few rows")
  unsafe v.withUnsafeBufferPointer { v in
    unsafe factors.withUnsafeBufferPointer { factors in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let v = v.baseAddress, let factors = factors.baseAddress, let y = y.baseAddress
        else { return }
        unsafe Scalar.kernels.addScaledColumns(y, v, factors, rows, columns)
      }
    }
  }
}

/// dots [columns] = Σ over rows of a [rows, columns] · b [rows, columns]; `dots` is overwritten.
@specialized(where Scalar == Float)
package func columnDots<Scalar: DenseScalar>(
  _ a: [Scalar], _ b: [Scalar], into dots: inout [Scalar], rows: Int
) {
  let columns = dots.count
  precondition(a.count >= rows * columns && b.count >= rows * columns, "too few rows")
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe dots.withUnsafeMutableBufferPointer { dots in
        guard let a = a.baseAddress, let b = b.baseAddress, let dots = dots.baseAddress
        else { return }
        unsafe Scalar.kernels.columnDots(a, b, dots, rows, columns)
      }
    }
  }
}
