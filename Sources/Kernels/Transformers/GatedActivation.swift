import CKernels

/// y [rows, columns] = f(gate)·up, overwritten; gate and up are [rows, columns].
@specialized(where Scalar == Float)
package func activateGated<Scalar: DenseScalar>(
  _ activation: Activation, gate: [Scalar], up: [Scalar], into y: inout [Scalar],
  count: Int, workers: Workers = .one, using instructions: InstructionSet = .best
) {
  precondition(
    count <= gate.count && count <= up.count && count <= y.count,
    "a matrix holds fewer than \(count) elements")
  unsafe gate.withUnsafeBufferPointer { gate in
    unsafe up.withUnsafeBufferPointer { up in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let gate = gate.baseAddress, let up = up.baseAddress, let y = y.baseAddress
        else { return }
        inBlocks(of: count, workers) { start, length in
          unsafe Scalar.transformerKernels.gateForward(
            instructions.code, activation.kernel, gate + start, up + start, length, y + start, 1,
            length)
        }
      }
    }
  }
}

/// Differentiates `activateGated`: `gate` and `up` hold what they held then on entry, and dGate and dUp
/// on return.
@specialized(where Scalar == Float)
package func activateGatedBackward<Scalar: DenseScalar>(
  _ activation: Activation, dy: [Scalar], gate: inout [Scalar], up: inout [Scalar],
  count: Int, workers: Workers = .one, using instructions: InstructionSet = .best
) {
  precondition(
    count <= gate.count && count <= up.count && count <= dy.count,
    "a matrix holds fewer than \(count) elements")
  unsafe dy.withUnsafeBufferPointer { dy in
    unsafe gate.withUnsafeMutableBufferPointer { gate in
      unsafe up.withUnsafeMutableBufferPointer { up in
        guard let dy = dy.baseAddress, let gate = gate.baseAddress, let up = up.baseAddress
        else { return }
        inBlocks(of: count, workers) { start, length in
          unsafe Scalar.transformerKernels.gateBackward(
            instructions.code, activation.kernel, dy + start, gate + start, up + start, length, 1,
            length)
        }
      }
    }
  }
}

/// y [rows, columns] = f(gate)·up, overwritten, where a row of `both` is the gate's columns and then
/// up's, as one product of both makes it.
@specialized(where Scalar == Float)
package func activateGated<Scalar: DenseScalar>(
  _ activation: Activation, both: [Scalar], into y: inout [Scalar], rows: Int, columns: Int,
  workers: Workers = .one, using instructions: InstructionSet = .best
) {
  precondition(
    both.count >= 2 * rows * columns && y.count >= rows * columns, "too few rows")
  unsafe both.withUnsafeBufferPointer { both in
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let both = both.baseAddress, let y = y.baseAddress else { return }
      inRows(rows, of: columns, workers) { first, count in
        let start = unsafe both + 2 * columns * first
        unsafe Scalar.transformerKernels.gateForward(
          instructions.code, activation.kernel, start, start + columns, 2 * columns,
          y + first * columns, count, columns)
      }
    }
  }
}

/// Differentiates it: `both` holds gate and up on entry, and dGate and dUp on return.
@specialized(where Scalar == Float)
package func activateGatedBackward<Scalar: DenseScalar>(
  _ activation: Activation, dy: [Scalar], both: inout [Scalar], rows: Int, columns: Int,
  workers: Workers = .one, using instructions: InstructionSet = .best
) {
  precondition(
    both.count >= 2 * rows * columns && dy.count >= rows * columns, "too few rows")
  unsafe dy.withUnsafeBufferPointer { dy in
    unsafe both.withUnsafeMutableBufferPointer { both in
      guard let dy = dy.baseAddress, let both = both.baseAddress else { return }
      inRows(rows, of: columns, workers) { first, count in
        let start = unsafe both + 2 * columns * first
        unsafe Scalar.transformerKernels.gateBackward(
          instructions.code, activation.kernel, dy + first * columns, start, start + columns,
          2 * columns, count, columns)
      }
    }
  }
}
