import Kernels
import Tensors

/// Gated networks of which each token passes through a few, chosen by a router.
///
///     y[t] = Σ over the best experts e of token t, in ascending order, share[t, e]·expert_e(x[t])
///
/// The shares are the softmax of the router's outputs, and those of the best may be made to sum to 1. Of
/// equal shares the lower expert's is better.
package struct Experts<Scalar: DenseScalar>: Sendable {
  package internal(set) var router: Linear<Scalar>
  package internal(set) var experts: [FeedForward<Scalar>]
  let active: Int
  let normalizesShares: Bool

  /// Which tokens an expert has, and how much of each.
  struct Assignment: Sendable {
    var rows: [Int] = []
    var shares: [Scalar] = []
  }

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    var router = Linear<Scalar>.Memory()
    /// Softmax of the router's outputs [T, E].
    var probabilities = Matrix<Scalar>(rows: 0, columns: 0)
    /// By expert.
    var assignments: [Assignment] = []
    /// The tokens of each expert [its tokens, width].
    var inputs: [Matrix<Scalar>] = []
    var experts: [FeedForward<Scalar>.Memory] = []
    package fileprivate(set) var y = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  func forward(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    route(x, &memory, pass)
    memory.y.reshape(rows: x.rows, columns: x.columns)
    memory.y.setZero()
    let none = Matrix<Scalar>(rows: 0, columns: 0)
    if memory.experts.isEmpty {
      memory.experts = Array(repeating: FeedForward.Memory(), count: experts.count)
      memory.inputs = Array(repeating: none, count: experts.count)
    }
    for (index, expert) in experts.enumerated() {
      let assignment = memory.assignments[index]
      guard !assignment.rows.isEmpty else { continue }
      memory.inputs[index].take(assignment.rows[...], of: x)
      expert.forward(
        memory.inputs[index], &memory.experts[index], pass.seeing(assignment.rows))
      memory.y.add(memory.experts[index].y, times: assignment.shares, at: assignment.rows)
    }
  }

  private func route(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    router.forward(x, &memory.router, pass)
    memory.probabilities.reshape(rows: x.rows, columns: experts.count)
    softmax(
      memory.router.output.elements, into: &memory.probabilities.elements, rows: x.rows,
      columns: experts.count)
    memory.assignments = Array(repeating: Assignment(), count: experts.count)
    for row in 0..<x.rows {
      let best = best(of: memory.probabilities, row)
      let total = best.reduce(0) { $0 + memory.probabilities[row, $1] }
      for expert in best {
        let share = memory.probabilities[row, expert]
        memory.assignments[expert].rows.append(row)
        memory.assignments[expert].shares.append(normalizesShares ? share / total : share)
      }
    }
  }

  /// Calls `body` with these experts in place, which an optional chain can reach too.
  mutating func apply<Result>(_ body: (inout Experts) throws -> Result) rethrows -> Result {
    try body(&self)
  }

  /// Calls `body` with every linear layer: the router, then the experts'.
  mutating func withLinears(_ body: (inout Linear<Scalar>) throws -> Void) rethrows {
    try body(&router)
    for index in experts.indices { try experts[index].withLinears(body) }
  }

  /// The experts of a token, the best first.
  func best(of probabilities: Matrix<Scalar>, _ row: Int) -> ArraySlice<Int> {
    (0..<experts.count).sorted {
      let (one, other) = (probabilities[row, $0], probabilities[row, $1])
      return one == other ? $0 < $1 : one > other
    }.prefix(active)
  }
}

extension Matrix {
  /// self[rows[i]] += shares[i]·other[i].
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func add(_ other: Matrix, times shares: [Scalar], at rows: [Int]) {
    for (index, row) in rows.enumerated() {
      for column in 0..<columns {
        elements[row * columns + column] += shares[index] * other.elements[index * columns + column]
      }
    }
  }
}
