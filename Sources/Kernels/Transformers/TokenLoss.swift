import CKernels

/// Cross-entropy of tokens over a vocabulary, for rows of logits that may come in portions of columns.
///
///     loss = ln Σ exp z - z[label],  z the logits, capped where there is a soft cap
///
/// Logits are [rows, columns] of the vocabulary's columns from `first` on; `first` is a multiple of
/// `TokenLoss.block`, so that the bits do not depend on the portions; see `TokenLoss.h`. A label below 0
/// marks a row that does not count: its loss and gradient are 0.
///
///     var loss = TokenLoss<Float>(labels: labels, vocabulary: 49152, softCap: nil)
///     loss.add(&logits, columns: 49152)               // reads them, caps them in place
///     loss.losses                                     // of each row
///     loss.gradient(&logits, columns: 49152, weight: 1 / labelsOfTheStep)   // in place
package struct TokenLoss<Scalar: DenseScalar>: Sendable {
  /// Columns that are summed together.
  package static var block: Int { Int(LORA_VOCABULARY_BLOCK) }

  /// [rows], each below `vocabulary`.
  package let labels: [Int32]
  package let vocabulary: Int
  package let softCap: Double?
  private var sums: [LoraLogSum]

  package init(labels: [Int32], vocabulary: Int, softCap: Double? = nil) {
    precondition(labels.allSatisfy { $0 < vocabulary }, "a label outside the vocabulary")
    precondition(softCap.map { $0 > 0 } ?? true, "a cap is positive")
    (self.labels, self.vocabulary, self.softCap) = (labels, vocabulary, softCap)
    sums = Array(
      repeating: LoraLogSum(largest: -.infinity, sum: 0, labelled: 0), count: labels.count)
  }

  /// Rows that count.
  package var counted: Int { labels.count { $0 >= 0 } }
}

extension TokenLoss {
  /// Takes in the logits of some columns, in ascending order of columns; on return they are capped.
  @specialized(where Scalar == Float)
  package mutating func add(
    _ logits: inout [Scalar], first: Int = 0, columns: Int, workers: Workers = .one,
    using instructions: InstructionSet = .best
  ) {
    let (rows, part) = check(logits, first, columns)
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      unsafe labels.withUnsafeBufferPointer { labels in
        unsafe sums.withUnsafeMutableBufferPointer { sums in
          guard let logits = logits.baseAddress, let labels = labels.baseAddress,
            let sums = sums.baseAddress
          else { return }
          inRows(rows, of: columns, workers) { first, count in
            unsafe withUnsafePointer(to: part) { part in
              unsafe Scalar.transformerKernels.addLogits(
                instructions.code, part, logits + first * columns, labels + first, sums + first,
                count)
            }
          }
        }
      }
    }
  }

  /// Turns the logits of some columns, as `add` left them, into the gradient of Σ weight·loss by what
  /// they were before it; all columns have been added.
  @specialized(where Scalar == Float)
  package func gradient(
    _ logits: inout [Scalar], first: Int = 0, columns: Int, weight: Double,
    workers: Workers = .one, using instructions: InstructionSet = .best
  ) {
    let (rows, part) = check(logits, first, columns)
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      unsafe labels.withUnsafeBufferPointer { labels in
        unsafe sums.withUnsafeBufferPointer { sums in
          guard let logits = logits.baseAddress, let labels = labels.baseAddress,
            let sums = sums.baseAddress
          else { return }
          inRows(rows, of: columns, workers) { first, count in
            unsafe withUnsafePointer(to: part) { part in
              unsafe Scalar.transformerKernels.logitGradient(
                instructions.code, part, logits + first * columns, labels + first, sums + first,
                weight, count)
            }
          }
        }
      }
    }
  }

  /// The loss of each row, in nats, once all columns have been added; 0 where it does not count.
  package var losses: [Double] {
    let rows = labels.count
    var losses = [Double](repeating: 0, count: rows)
    unsafe losses.withUnsafeMutableBufferPointer { losses in
      unsafe labels.withUnsafeBufferPointer { labels in
        unsafe sums.withUnsafeBufferPointer { sums in
          guard let losses = losses.baseAddress, let labels = labels.baseAddress,
            let sums = sums.baseAddress
          else { return }
          unsafe Scalar.transformerKernels.tokenLosses(
            InstructionSet.best.code, labels, sums, losses, rows)
        }
      }
    }
    return losses
  }

  private func check(
    _ logits: [Scalar], _ first: Int, _ columns: Int
  ) -> (rows: Int, part: LoraVocabularyPart) {
    precondition(
      first % Self.block == 0 && columns > 0 && first + columns <= vocabulary
        && (columns % Self.block == 0 || first + columns == vocabulary),
      "columns are given in whole blocks")
    precondition(logits.count >= labels.count * columns, "too few rows of logits")
    return (
      labels.count, LoraVocabularyPart(first: first, count: columns, soft_cap: softCap ?? 0)
    )
  }
}

/// The first column that holds the largest number of row `row` of a matrix; NaNs are left aside.
@specialized(where Scalar == Float)
package func largestPlace<Scalar: DenseScalar>(
  in matrix: [Scalar], row: Int = 0, columns: Int, using instructions: InstructionSet = .best
) -> Int {
  precondition(columns > 0 && matrix.count >= (row + 1) * columns, "too few rows")
  return unsafe matrix.withUnsafeBufferPointer { matrix in
    guard let start = matrix.baseAddress else { return 0 }
    return unsafe Scalar.transformerKernels.largestPlace(
      instructions.code, start + row * columns, columns)
  }
}
