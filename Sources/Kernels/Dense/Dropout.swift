import CKernels

/// Which elements of a matrix training leaves out, by their place: not by what was drawn before.
///
/// So any rows can be computed anywhere, and again; see `LoraDropout` in `Dense.h`.
package struct DropoutMask: Sendable, Hashable {
  /// What tells this mask from all others.
  package let key: UInt64
  /// The share of the elements that is left out, in 0 ..< 1; resolved to 2⁻³².
  package let probability: Double

  package init(key: UInt64, probability: Double) {
    precondition(probability >= 0 && probability < 1, "a share of \(probability)")
    (self.key, self.probability) = (key, probability)
  }

  /// The mask of one layer in one step of a run.
  ///
  ///     key = mix(mix(mix(seed) + step) + layer), modulo 2⁶⁴
  ///
  /// where mix(x) is SplitMix64's first number from the state x.
  /// Source: <https://prng.di.unimi.it/splitmix64.c>
  package init(seed: UInt64, step: Int, layer: Int, probability: Double) {
    let ofStep = Self.mix(Self.mix(seed) &+ UInt64(step))
    self.init(key: Self.mix(ofStep &+ UInt64(layer)), probability: probability)
  }

  private static func mix(_ state: UInt64) -> UInt64 {
    var bits = state &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}

/// x [rows, columns] = x · (0 where the mask leaves out, else 1 / (1 - probability)).
///
/// - Parameters:
///   - x: Values in `forward`, their gradients in `backward`; overwritten.
///   - mask: What is left out.
///   - rows: Where the rows of `x` lie in the step.
///   - columns: Columns of `x`.
///   - workers: The threads, which do not change a bit.
///   - instructions: What computes it; one of `InstructionSet.available`.
@specialized(where Scalar == Float)
package func drop<Scalar: DenseScalar>(
  _ x: inout [Scalar], _ mask: DropoutMask, rows: Range<Int>, columns: Int,
  workers: Workers = .one, using instructions: InstructionSet = .best
) {
  drop(&x, mask, runs: [(0, rows)], columns: columns, workers, instructions)
}

/// The same for rows that lie at any places in the step: row i of `x` at `rows[i]`.
@specialized(where Scalar == Float)
package func drop<Scalar: DenseScalar>(
  _ x: inout [Scalar], _ mask: DropoutMask, rows: [Int], columns: Int,
  workers: Workers = .one, using instructions: InstructionSet = .best
) {
  var (runs, first): ([(start: Int, rows: Range<Int>)], Int) = ([], 0)
  for index in rows.indices where index + 1 == rows.count || rows[index + 1] != rows[index] + 1 {
    runs.append((first, rows[first]..<rows[index] + 1))
    first = index + 1
  }
  drop(&x, mask, runs: runs, columns: columns, workers, instructions)
}

/// Drops rows of `x` from each `start` on, which lie at `rows` in the step.
private func drop<Scalar: DenseScalar>(
  _ x: inout [Scalar], _ mask: DropoutMask, runs: [(start: Int, rows: Range<Int>)], columns: Int,
  _ workers: Workers, _ instructions: InstructionSet
) {
  precondition(columns <= UInt32.max)
  let size = x.count
  unsafe x.withUnsafeMutableBufferPointer { x in
    guard let x = x.baseAddress else { return }
    for (first, rows) in runs {
      precondition(rows.lowerBound >= 0 && size >= (first + rows.count) * columns)
      inRows(rows.count, of: columns, workers) { start, count in
        var factors = LoraDropout(
          key: mask.key, probability: mask.probability, first_row: rows.lowerBound + start)
        let part = unsafe x + (first + start) * columns
        unsafe Scalar.kernels.dropout(instructions.code, &factors, part, part, count, columns)
      }
    }
  }
}
