import CKernels

/// Rows of a training step whose contributions are one chain.
package let blockRows = Int(LORA_BLOCK_ROWS)

/// A sum over the rows of a step, for each of some columns, in one order for any portions of rows.
///
/// Blocks of `blockRows` rows are summed in ascending order, and added along a balanced tree; see
/// `BlockSum.h`. Its bits do not depend on how many rows each call brings.
package struct BlockSum<Scalar: DenseScalar>: Sendable {
  package let columns: Int
  /// Rows added so far.
  package private(set) var rows = 0
  /// [1 + levels, columns]: the open block's chain, then the node that waits on each level.
  private var sums: [Scalar]
  private let instructions: InstructionSet

  package init(columns: Int, using instructions: InstructionSet = .best) {
    (self.columns, self.instructions) = (columns, instructions)
    sums = Array(zeros: columns)
  }

  /// Adds the step's next rows, `matrix` [rows, columns].
  package mutating func add(_ matrix: [Scalar], rows: Int) {
    precondition(matrix.count >= rows * columns, "the matrix holds fewer than \(rows) rows")
    let code = instructions.code
    unsafe matrix.withUnsafeBufferPointer { matrix in
      guard let matrix = matrix.baseAddress else { return }
      unsafe withState(for: rows) { unsafe Scalar.kernels.addRows(code, $0, matrix, rows) }
    }
  }

  /// Adds the products of the step's next rows, a [rows, columns] · b [rows, columns].
  package mutating func addProducts(_ a: [Scalar], _ b: [Scalar], rows: Int) {
    precondition(a.count >= rows * columns && b.count >= rows * columns, "too few rows")
    let code = instructions.code
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        unsafe withState(for: rows) { unsafe Scalar.kernels.addProducts(code, $0, a, b, rows) }
      }
    }
  }

  /// The sum of all rows so far: `total` [columns] is overwritten.
  package func total(into total: inout [Scalar]) {
    precondition(total.count == columns, "a sum for each column")
    let code = instructions.code
    var sums = sums
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe total.withUnsafeMutableBufferPointer { total in
        guard let sums = sums.baseAddress, let total = total.baseAddress else { return }
        var state = unsafe LoraBlockSum(sums: sums, columns: columns, rows: rows)
        unsafe Scalar.kernels.blockSumTotal(code, &state, total)
      }
    }
  }

  /// Calls `body` with the C state, which has room for `rows` more.
  private mutating func withState(
    for rows: Int, _ body: (UnsafeMutablePointer<LoraBlockSum>) -> Void
  ) {
    let blocks = (self.rows + rows) / blockRows
    let levels = Int.bitWidth - blocks.leadingZeroBitCount
    let count = (1 + levels) * columns
    if sums.count < count { sums += Array(zeros: count - sums.count) }
    let before = self.rows
    self.rows = unsafe sums.withUnsafeMutableBufferPointer { sums in
      var state = unsafe LoraBlockSum(sums: sums.baseAddress, columns: columns, rows: before)
      unsafe body(&state)
      return unsafe state.rows
    }
  }
}

extension BlockSum where Scalar == Double {
  /// The sum of a single column.
  package var total: Double {
    var total = [0.0]
    self.total(into: &total)
    return total[0]
  }
}
