import Kernels
import Tensors

/// With which factors the adapters' deltas explain a difference best.
struct WeightEstimate: Sendable {
  /// By adapter; nil for one that leaves the weight alone, or whose delta is a multiple of others'.
  let factors: [Double?]
  /// The standard error of each.
  let errors: [Double?]
  /// ‖difference − Σ factor·delta‖ / ‖Σ delta‖.
  let residual: Double

  /// Solves the normal equations in f64, by elimination in the order of the adapters.
  ///
  /// - Parameters:
  ///   - difference: After less before.
  ///   - deltas: As many numbers for each adapter.
  init(of difference: [Double], by deltas: [[Double]]) {
    var system = NormalEquations(difference, deltas)
    let solution = system.solved()
    var squares = 0.0
    var whole = 0.0
    for index in difference.indices {
      var (rest, sum) = (difference[index], 0.0)
      for (adapter, delta) in deltas.enumerated() {
        rest -= (solution.factors[adapter] ?? 0) * delta[index]
        sum += delta[index]
      }
      squares += rest * rest
      whole += sum * sum
    }
    let freedom = max(1, difference.count - deltas.count)
    let variance = squares / Double(freedom)
    factors = solution.factors
    errors = solution.inverseDiagonal.map { $0.map { ($0 * variance).squareRoot() } }
    residual = whole > 0 ? (squares / whole).squareRoot() : .infinity
  }
}

/// Σ_k (d_j·d_k) f_k = d_j·y.
private struct NormalEquations {
  private var matrix: [[Double]]
  private var right: [Double]
  private let count: Int

  init(_ y: [Double], _ deltas: [[Double]]) {
    count = deltas.count
    matrix = deltas.map { left in deltas.map { Self.product(left, $0) } }
    right = deltas.map { Self.product($0, y) }
  }

  private static func product(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }

  /// Gauss and Jordan's elimination; what is left of a delta beside those before it must be more
  /// than rounding.
  mutating func solved() -> (factors: [Double?], inverseDiagonal: [Double?]) {
    let lengths = matrix.indices.map { matrix[$0][$0] }
    var inverse = matrix.indices.map { row in matrix.indices.map { $0 == row ? 1.0 : 0.0 } }
    var isUsed = [Bool](repeating: false, count: count)
    for pivot in 0..<count {
      guard lengths[pivot] > 0, matrix[pivot][pivot] > 1e-9 * lengths[pivot] else { continue }
      isUsed[pivot] = true
      let divisor = matrix[pivot][pivot]
      for column in 0..<count {
        matrix[pivot][column] /= divisor
        inverse[pivot][column] /= divisor
      }
      right[pivot] /= divisor
      for row in 0..<count where row != pivot {
        let multiple = matrix[row][pivot]
        for column in 0..<count {
          matrix[row][column] -= multiple * matrix[pivot][column]
          inverse[row][column] -= multiple * inverse[pivot][column]
        }
        right[row] -= multiple * right[pivot]
      }
    }
    return (
      (0..<count).map { isUsed[$0] ? right[$0] : nil },
      (0..<count).map { isUsed[$0] ? max(0, inverse[$0][$0]) : nil }
    )
  }
}
