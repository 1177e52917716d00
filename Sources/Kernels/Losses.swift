import CKernels

/// p [rows, columns] = the softmax of each row of `logits`; `p` is overwritten.
@specialized(where Scalar == Float)
package func softmax<Scalar: DenseScalar>(
  _ logits: [Scalar], into p: inout [Scalar], rows: Int, columns: Int
) {
  precondition(columns > 0 && logits.count >= rows * columns && p.count >= rows * columns)
  unsafe logits.withUnsafeBufferPointer { logits in
    unsafe p.withUnsafeMutableBufferPointer { p in
      guard let logits = logits.baseAddress, let p = p.baseAddress else { return }
      unsafe Scalar.kernels.softmax(logits, p, rows, columns)
    }
  }
}

/// The mean over rows of -log softmax(logits)[label], and its gradient.
///
/// - Parameters:
///   - logits: [labels.count, columns].
///   - labels: one in `0 ..< columns` for each row.
///   - columns: how many classes there are.
///   - weights: one a class, by which the mean is weighted; nil for the plain mean.
///   - gradient: [labels.count, columns], overwritten with (softmax - one-hot) / rows, weighted.
/// - Returns: The loss, in f64.
@specialized(where Scalar == Float)
package func softmaxCrossEntropy<Scalar: DenseScalar>(
  _ logits: [Scalar], labels: [Int32], columns: Int,
  weights: [Double]? = nil, gradient: inout [Scalar]
) -> Double {
  precondition(weights.map { $0.count == columns } ?? true, "a weight for each class")
  let rows = labels.count
  precondition(rows > 0 && logits.count >= rows * columns && gradient.count >= rows * columns)
  for row in labels.indices {
    precondition(labels[row] >= 0 && Int(labels[row]) < columns, "a label outside the classes")
  }
  return unsafe logits.withUnsafeBufferPointer { logits in
    unsafe labels.withUnsafeBufferPointer { labels in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        guard let logits = logits.baseAddress, let labels = labels.baseAddress else { return 0 }
        guard let weights else {
          return unsafe Scalar.kernels.crossEntropy(
            logits, labels, nil, gradient.baseAddress, rows, columns)
        }
        return unsafe weights.withUnsafeBufferPointer { weights in
          unsafe Scalar.kernels.crossEntropy(
            logits, labels, weights.baseAddress, gradient.baseAddress, rows, columns)
        }
      }
    }
  }
}

/// The mean over `count` elements of (y - target)², and its gradient 2 (y - target) / count.
///
/// All three hold `count` elements at least; `gradient` is overwritten.
@specialized(where Scalar == Float)
package func meanSquaredError<Scalar: DenseScalar>(
  _ y: [Scalar], target: [Scalar], gradient: inout [Scalar], count: Int
) -> Double {
  precondition(count > 0 && y.count >= count && target.count >= count && gradient.count >= count)
  return unsafe y.withUnsafeBufferPointer { y in
    unsafe target.withUnsafeBufferPointer { target in
      unsafe gradient.withUnsafeMutableBufferPointer { gradient in
        guard let y = y.baseAddress, let target = target.baseAddress else { return 0 }
        return unsafe Scalar.kernels.meanSquaredError(y, target, gradient.baseAddress, count)
      }
    }
  }
}
