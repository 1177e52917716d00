import CKernels

/// p [rows, columns] = the softmax of each row of `logits`; `p` is overwritten.
@specialized(where Scalar == Float)
package func softmax<Scalar: DenseScalar>(
  _ logits: [Scalar], into p: inout [Scalar], rows: Int, columns: Int,
  workers: Workers = .one, using instructions: InstructionSet = .best
) {
  precondition(columns > 0 && logits.count >= rows * columns && p.count >= rows * columns)
  unsafe logits.withUnsafeBufferPointer { logits in
    unsafe p.withUnsafeMutableBufferPointer { p in
      guard let logits = logits.baseAddress, let p = p.baseAddress else { return }
      inRows(rows, of: columns, workers) { first, count in
        let start = first * columns
        unsafe Scalar.kernels.softmax(instructions.code, logits + start, p + start, count, columns)
      }
    }
  }
}

/// The classes of some rows, and what each counts.
package struct ClassLabels: Sendable {
  /// One in `0 ..< classes` for each row, or -1 for a row that has none and counts nothing.
  package let labels: [Int32]
  package let classes: Int
  /// One a class, by which its rows' losses are multiplied; nil for 1.
  package let weights: [Double]?

  package init(_ labels: [Int32], classes: Int, weights: [Double]? = nil) {
    precondition(weights.map { $0.count == classes } ?? true, "a weight for each class")
    precondition(
      labels.allSatisfy { $0 >= -1 && Int($0) < classes }, "a label outside the classes")
    (self.labels, self.classes, self.weights) = (labels, classes, weights)
  }

  /// What the rows count together, summed over them as `BlockSum` does.
  package var totalWeight: Double {
    var sum = BlockSum<Double>(columns: 1)
    addWeights(to: &sum)
    return sum.total
  }

  /// Adds what each row counts, as the step's next rows.
  package func addWeights(to sum: inout BlockSum<Double>) {
    let each = labels.map { label in label < 0 ? 0 : weights?[Int(label)] ?? 1 }
    sum.add(each, rows: each.count)
  }
}

/// Part of a step's cross-entropy: its next rows' losses, and the gradient of the whole.
///
/// - Parameters:
///   - logits: [labels.labels.count, labels.classes].
///   - labels: The rows' classes.
///   - divisor: What all rows of the step count together.
///   - gradient: Of the shape of `logits`, overwritten with weight·(softmax - one-hot) / divisor.
///   - losses: Of one column; each row's weight · -log softmax(logits)[label] is added.
///   - workers: The threads, which do not change a bit.
///   - instructions: What computes it; one of `InstructionSet.available`.
@specialized(where Scalar == Float)
package func addCrossEntropy<Scalar: DenseScalar>(
  _ logits: [Scalar], _ labels: ClassLabels, divisor: Double, gradient: inout [Scalar],
  to losses: inout BlockSum<Double>, workers: Workers = .one,
  using instructions: InstructionSet = .best
) {
  precondition(gradient.count >= labels.labels.count * labels.classes, "too few rows")
  unsafe gradient.withUnsafeMutableBufferPointer { gradient in
    unsafe crossEntropy(
      logits, labels, divisor: divisor, gradient.baseAddress, &losses, workers, instructions)
  }
}

/// Part of a step's cross-entropy: its next rows' losses alone.
@specialized(where Scalar == Float)
package func addCrossEntropy<Scalar: DenseScalar>(
  _ logits: [Scalar], _ labels: ClassLabels, to losses: inout BlockSum<Double>,
  workers: Workers = .one, using instructions: InstructionSet = .best
) {
  crossEntropy(logits, labels, divisor: 1, nil, &losses, workers, instructions)
}

private func crossEntropy<Scalar: DenseScalar>(
  _ logits: [Scalar], _ labels: ClassLabels, divisor: Double,
  _ gradient: UnsafeMutablePointer<Scalar>?, _ sum: inout BlockSum<Double>, _ workers: Workers,
  _ instructions: InstructionSet
) {
  let (rows, columns) = (labels.labels.count, labels.classes)
  precondition(columns > 0 && logits.count >= rows * columns, "too few rows")
  var losses = [Double](repeating: 0, count: rows)
  unsafe logits.withUnsafeBufferPointer { logits in
    unsafe labels.labels.withUnsafeBufferPointer { names in
      unsafe withOptionalPointer(to: labels.weights) { weights in
        unsafe losses.withUnsafeMutableBufferPointer { losses in
          guard let logits = logits.baseAddress, let names = names.baseAddress,
            let losses = losses.baseAddress
          else { return }
          inRows(rows, of: columns, workers) { first, count in
            let start = first * columns
            var classes = unsafe LoraClasses(
              labels: names + first, weights: weights, divisor: divisor)
            unsafe Scalar.kernels.crossEntropy(
              instructions.code, logits + start, &classes, gradient.map { unsafe $0 + start },
              losses + first, count, columns)
          }
        }
      }
    }
  }
  sum.add(losses, rows: rows)
}

private func withOptionalPointer(
  to numbers: [Double]?, _ body: (UnsafePointer<Double>?) -> Void
) {
  guard let numbers else { return body(nil) }
  unsafe numbers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
}

/// Part of a step's squared error: its next rows' Σ (y - target)², and the gradient of the whole.
///
/// - Parameters:
///   - y: [rows, columns].
///   - target: Of the shape of `y`.
///   - divisor: The numbers of all rows of the step.
///   - gradient: Of the shape of `y`, overwritten with 2 (y - target) / divisor.
///   - losses: Of one column; each row's sum is added.
///   - shape: Rows and columns; each matrix holds as many elements at least.
///   - workers: The threads, which do not change a bit.
///   - instructions: What computes it; one of `InstructionSet.available`.
@specialized(where Scalar == Float)
package func addSquaredError<Scalar: DenseScalar>(
  _ y: [Scalar], target: [Scalar], divisor: Double, gradient: inout [Scalar],
  to losses: inout BlockSum<Double>, shape: (rows: Int, columns: Int), workers: Workers = .one,
  using instructions: InstructionSet = .best
) {
  precondition(gradient.count >= shape.rows * shape.columns, "too few rows")
  unsafe gradient.withUnsafeMutableBufferPointer { gradient in
    unsafe squaredError(
      y, target, divisor: divisor, gradient.baseAddress, &losses, shape, workers, instructions)
  }
}

/// Part of a step's squared error: its next rows' Σ (y - target)² alone.
@specialized(where Scalar == Float)
package func addSquaredError<Scalar: DenseScalar>(
  _ y: [Scalar], target: [Scalar], to losses: inout BlockSum<Double>,
  shape: (rows: Int, columns: Int), workers: Workers = .one
) {
  squaredError(y, target, divisor: 1, nil, &losses, shape, workers, .best)
}

private func squaredError<Scalar: DenseScalar>(
  _ y: [Scalar], _ target: [Scalar], divisor: Double, _ gradient: UnsafeMutablePointer<Scalar>?,
  _ sum: inout BlockSum<Double>, _ shape: (rows: Int, columns: Int), _ workers: Workers,
  _ instructions: InstructionSet
) {
  let (rows, columns) = shape
  precondition(y.count >= rows * columns && target.count >= rows * columns, "too few rows")
  var losses = [Double](repeating: 0, count: rows)
  unsafe y.withUnsafeBufferPointer { y in
    unsafe target.withUnsafeBufferPointer { target in
      unsafe losses.withUnsafeMutableBufferPointer { losses in
        guard let y = y.baseAddress, let target = target.baseAddress,
          let losses = losses.baseAddress
        else { return }
        inRows(rows, of: columns, workers) { first, count in
          let start = first * columns
          unsafe Scalar.kernels.squaredError(
            instructions.code, y + start, target + start, divisor,
            gradient.map { unsafe $0 + start }, losses + first, count, columns)
        }
      }
    }
  }
  sum.add(losses, rows: rows)
}
