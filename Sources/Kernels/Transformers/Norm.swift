import CKernels

/// RMSNorm or LayerNorm of each head of each row; all of a row is one head where nothing else is said.
///
/// The equations and the order of every sum are in `Norms.h`.
package struct Norm<Scalar: DenseScalar>: Sendable {
  package enum Kind: Sendable, Hashable {
    /// y = x / √(mean x² + ε), times the weight.
    case rootMeanSquare
    /// The same with 1 + weight, as Gemma stores it.
    case rootMeanSquareOfOnePlus
    /// y = (x - mean x) / √(mean (x - mean x)² + ε), times the weight, plus the bias.
    case layer
  }

  package let kind: Kind
  package let epsilon: Double
  /// [columns], or nil for none.
  package var weight: [Scalar]?
  /// [columns], or nil; only beside a weight.
  package var bias: [Scalar]?

  package init(_ kind: Kind, epsilon: Double, weight: [Scalar]?, bias: [Scalar]? = nil) {
    precondition(
      bias == nil || (kind == .layer && bias?.count == weight?.count),
      "a bias stands beside the weight of a LayerNorm")
    (self.kind, self.epsilon, self.weight, self.bias) = (kind, epsilon, weight, bias)
  }

  /// What backward needs of forward: a number for each row and head.
  package struct Memory: Sendable {
    /// [rows, heads]; empty where the norm takes no mean.
    package var means: [Scalar] = []
    /// 1 / deviation, [rows, heads].
    package var inverses: [Scalar] = []

    package init() {}
  }
}

extension Norm {
  /// y = norm(x); `y` and `memory` are overwritten for `rows` rows.
  ///
  /// - Parameters:
  ///   - x: Rows whose heads lie at `place`.
  ///   - place: Where x's heads are; all of a row when nil, without gaps.
  ///   - y: Rows of `heads · dimension` numbers without gaps.
  ///   - memory: Means and inverse deviations, overwritten.
  ///   - rows: How many.
  ///   - workers: The threads, which do not change a bit.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  @specialized(where Scalar == Float)
  package func forward(
    _ x: [Scalar], at place: HeadPlace, into y: inout [Scalar], _ memory: inout Memory,
    rows: Int, workers: Workers = .one, using instructions: InstructionSet = .best
  ) {
    let target = HeadPlace(heads: place.heads, dimension: place.dimension)
    let statistics = rows * place.heads
    check(place, rows, x.count)
    precondition(y.count >= target.count(rows: rows), "y has too few rows")
    memory.inverses.resize(to: statistics)
    memory.means.resize(to: kind == .layer ? statistics : 0)
    let (from, to) = (place.kernel, target.kernel)
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        unsafe memory.withPointers { means, inverses in
          guard let x = x.baseAddress, let y = y.baseAddress, let inverses = unsafe inverses else {
            return
          }
          unsafe withKernel { norm in
            unsafe withPointers(to: from, to) { from, to in
              inRows(rows, of: target.pitch, workers) { first, count in
                let statistic = first * place.heads
                unsafe Scalar.transformerKernels.normForward(
                  instructions.code, norm, x + first * place.pitch, from,
                  y + first * target.pitch, to, means.map { unsafe $0 + statistic },
                  inverses + statistic, count)
              }
            }
          }
        }
      }
    }
  }

  /// dx = the gradient of `forward`; overwritten, or added to.
  ///
  /// - Parameters:
  ///   - dy: Of the shape of y.
  ///   - x: As in forward.
  ///   - place: Where the heads of x and dx are.
  ///   - memory: As forward left it.
  ///   - dx: Rows whose heads lie at `place`.
  ///   - adds: Whether the gradient is added to what dx holds.
  ///   - rows: How many.
  ///   - workers: The threads, which do not change a bit.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  @specialized(where Scalar == Float)
  package func backward(
    _ dy: [Scalar], x: [Scalar], at place: HeadPlace, _ memory: Memory, into dx: inout [Scalar],
    adds: Bool = false, rows: Int, workers: Workers = .one,
    using instructions: InstructionSet = .best
  ) {
    let target = HeadPlace(heads: place.heads, dimension: place.dimension)
    check(place, rows, x.count)
    precondition(dy.count >= target.count(rows: rows), "dy has too few rows")
    precondition(dx.count >= place.count(rows: rows), "dx has too few rows")
    precondition(memory.inverses.count >= rows * place.heads, "the memory is of fewer rows")
    let (from, to) = (place.kernel, target.kernel)
    unsafe dy.withUnsafeBufferPointer { dy in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe dx.withUnsafeMutableBufferPointer { dx in
          unsafe memory.withReadPointers { means, inverses in
            guard let dy = dy.baseAddress, let x = x.baseAddress, let dx = dx.baseAddress,
              let inverses = unsafe inverses
            else { return }
            unsafe withKernel { norm in
              unsafe withPointers(to: from, to) { from, to in
                inRows(rows, of: target.pitch, workers) { first, count in
                  let (start, statistic) = (first * place.pitch, first * place.heads)
                  unsafe Scalar.transformerKernels.normBackward(
                    instructions.code, norm, dy + first * target.pitch, to, x + start, from,
                    means.map { unsafe $0 + statistic }, inverses + statistic, dx + start, adds,
                    count)
                }
              }
            }
          }
        }
      }
    }
  }

  /// Adds the next rows' share of dWeight = Σ dy·n (and of dBias = Σ dy) to sums over the step's
  /// rows, of `dimension` columns, in which each head of a row is a row: head after head.
  ///
  /// - Parameters:
  ///   - dy: Of the shape of y.
  ///   - x: As in forward.
  ///   - place: Where the heads of x are.
  ///   - memory: As forward left it.
  ///   - rows: How many.
  ///   - weight: The sum that dWeight is.
  ///   - bias: The sum that dBias is, or nil.
  package func addGradients(
    _ dy: [Scalar], x: [Scalar], at place: HeadPlace, _ memory: Memory, rows: Int,
    weight: inout BlockSum<Scalar>, bias: inout BlockSum<Scalar>?
  ) {
    let plain = Norm(kind == .layer ? .layer : .rootMeanSquare, epsilon: epsilon, weight: nil)
    // n is computed anew, a few rows at a time.
    let step = max(1, blockRows / place.heads)
    var (normalised, again) = ([] as [Scalar], Memory())
    normalised.resize(to: step * place.heads * place.dimension)
    for first in stride(from: 0, to: rows, by: step) {
      let count = min(step, rows - first)
      let numbers = first * place.heads * place.dimension
      let part = Array(dy[numbers..<numbers + count * place.heads * place.dimension])
      plain.forward(
        Array(x[(first * place.pitch)...].prefix(place.count(rows: count))), at: place,
        into: &normalised, &again, rows: count)
      weight.addProducts(part, normalised, rows: count * place.heads)
      bias?.add(part, rows: count * place.heads)
    }
  }

  private func check(_ place: HeadPlace, _ rows: Int, _ count: Int) {
    precondition(count >= place.count(rows: rows), "x has too few rows")
    precondition(
      weight.map { $0.count == place.dimension } ?? true, "a weight for each of the columns")
  }

  private func withKernel(_ body: (UnsafePointer<LoraNorm>) -> Void) {
    unsafe withOptional(weight) { weight in
      unsafe withOptional(bias) { bias in
        var norm = unsafe LoraNorm(
          epsilon: epsilon, centres: kind == .layer, weight: weight,
          adds_one: kind == .rootMeanSquareOfOnePlus, bias: bias)
        unsafe body(&norm)
      }
    }
  }
}

extension Norm.Memory {
  fileprivate mutating func withPointers(
    _ body: (UnsafeMutablePointer<Scalar>?, UnsafeMutablePointer<Scalar>?) -> Void
  ) {
    unsafe means.withUnsafeMutableBufferPointer { means in
      unsafe inverses.withUnsafeMutableBufferPointer { inverses in
        unsafe body(means.isEmpty ? nil : means.baseAddress, inverses.baseAddress)
      }
    }
  }

  fileprivate func withReadPointers(
    _ body: (UnsafePointer<Scalar>?, UnsafePointer<Scalar>?) -> Void
  ) {
    unsafe means.withUnsafeBufferPointer { means in
      unsafe inverses.withUnsafeBufferPointer { inverses in
        unsafe body(means.isEmpty ? nil : means.baseAddress, inverses.baseAddress)
      }
    }
  }
}

private func withOptional<Scalar>(
  _ numbers: [Scalar]?, _ body: (UnsafeRawPointer?) -> Void
) {
  guard let numbers else { return body(nil) }
  unsafe numbers.withUnsafeBytes { unsafe body($0.baseAddress) }
}

private func withPointers(
  to a: LoraHeadPlace, _ b: LoraHeadPlace,
  _ body: (UnsafePointer<LoraHeadPlace>, UnsafePointer<LoraHeadPlace>) -> Void
) {
  unsafe withUnsafePointer(to: a) { a in
    unsafe withUnsafePointer(to: b) { b in unsafe body(a, b) }
  }
}

extension Array where Element: BinaryFloatingPoint {
  /// Makes room for `count` numbers, whatever they are.
  mutating func resize(to count: Int) {
    if self.count != count { self = Array(repeating: 0, count: count) }
  }
}
