import CKernels

/// The function between two linear layers.
package enum Activation: String, Sendable, CaseIterable {
  /// max(z, 0)
  case relu
  /// z·Φ(z), exact (by erf), as `torch.nn.GELU()`
  case gelu
  /// z·σ(z)
  case silu
  case tanh

  var kernel: LoraActivation {
    switch self {
    case .relu: LORA_ACTIVATION_RELU
    case .gelu: LORA_ACTIVATION_GELU
    case .silu: LORA_ACTIVATION_SILU
    case .tanh: LORA_ACTIVATION_TANH
    }
  }
}

/// Elements below which a second thread costs more than it saves.
private let elementsWorthAThread = 1 << 16

/// y = f(z): `y` is overwritten in its first `count` elements.
@specialized(where Scalar == Float)
package func activate<Scalar: DenseScalar>(
  _ activation: Activation, _ z: [Scalar], into y: inout [Scalar], count: Int,
  workers: Workers
) {
  precondition(count <= z.count && count <= y.count, "a matrix holds fewer than \(count) elements")
  unsafe z.withUnsafeBufferPointer { z in
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let z = z.baseAddress, let y = y.baseAddress else { return }
      inBlocks(of: count, workers) { start, length in
        unsafe Scalar.kernels.activationForward(activation.kernel, z + start, y + start, length)
      }
    }
  }
}

/// Differentiates `activate`: `d` holds dy on entry and dz = dy·f'(z) on return.
@specialized(where Scalar == Float)
package func activateBackward<Scalar: DenseScalar>(
  _ activation: Activation, z: [Scalar], y: [Scalar], _ d: inout [Scalar],
  count: Int, workers: Workers
) {
  precondition(
    count <= z.count && count <= y.count && count <= d.count,
    "a matrix holds fewer than \(count) elements")
  unsafe z.withUnsafeBufferPointer { z in
    unsafe y.withUnsafeBufferPointer { y in
      unsafe d.withUnsafeMutableBufferPointer { d in
        guard let z = z.baseAddress, let y = y.baseAddress, let d = d.baseAddress else { return }
        inBlocks(of: count, workers) { start, length in
          unsafe Scalar.kernels.activationBackward(
            activation.kernel, z + start, y + start, d + start, length)
        }
      }
    }
  }
}

/// y [rows, bias.count] = bias in every row; `y` is overwritten.
@specialized(where Scalar == Float)
package func fillRows<Scalar: DenseScalar>(
  _ y: inout [Scalar], with bias: [Scalar], rows: Int
) {
  let columns = bias.count
  precondition(y.count >= rows * columns, "the matrix holds fewer than \(rows) rows")
  unsafe bias.withUnsafeBufferPointer { bias in
    unsafe y.withUnsafeMutableBufferPointer { y in
      guard let bias = bias.baseAddress, let y = y.baseAddress else { return }
      unsafe Scalar.kernels.fillRows(y, bias, rows, columns)
    }
  }
}

/// sums [columns] = Σ over the rows of `matrix` [rows, columns]; `sums` is overwritten.
@specialized(where Scalar == Float)
package func columnSums<Scalar: DenseScalar>(
  _ matrix: [Scalar], into sums: inout [Scalar], rows: Int
) {
  let columns = sums.count
  precondition(matrix.count >= rows * columns, "the matrix holds fewer than \(rows) rows")
  unsafe matrix.withUnsafeBufferPointer { matrix in
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      guard let matrix = matrix.baseAddress, let sums = sums.baseAddress else { return }
      unsafe Scalar.kernels.columnSums(matrix, sums, rows, columns)
    }
  }
}

/// Σ x², not finite when an element is not; the order of summation depends on the count alone.
@specialized(where Scalar == Float)
package func sumOfSquares<Scalar: DenseScalar>(_ x: [Scalar]) -> Double {
  unsafe x.withUnsafeBufferPointer { x in
    guard let start = x.baseAddress else { return 0 }
    return unsafe Scalar.kernels.sumOfSquares(start, x.count)
  }
}

/// Calls `body(start, length)` for as many pieces of `0 ..< count` as are worth their threads.
func inBlocks(of count: Int, _ workers: Workers, _ body: (Int, Int) -> Void) {
  let parts = max(1, min(workers.count, count / elementsWorthAThread))
  // Whole cache lines, so that no two threads write to one.
  let length = (count + parts * 16 - 1) / (parts * 16) * 16
  workers.run(parts) { part in
    let start = min(count, part * length)
    body(start, min(count, start + length) - start)
  }
}
