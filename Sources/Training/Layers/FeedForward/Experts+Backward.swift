import Kernels
import Tensors

extension Experts {
  /// dx [T, width] of dy [T, width]; takes in the gradients of what is trained.
  ///
  /// Which experts are the best is taken as given.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    var dx = Matrix<Scalar>(rows: x.rows, columns: x.columns)
    var dShares = Matrix<Scalar>(rows: x.rows, columns: experts.count)
    for index in experts.indices {
      let assignment = memory.assignments[index]
      guard !assignment.rows.isEmpty else { continue }
      // y[t] += share·expert(x[t]):  d of the expert's output, and of the share
      var dOut = Matrix<Scalar>(rows: 0, columns: 0)
      dOut.take(assignment.rows[...], of: dy)
      let dots = dOut.rowDots(memory.experts[index].y)
      for (place, row) in assignment.rows.enumerated() {
        dShares.elements[row * experts.count + index] = dots[place]
      }
      dOut.scaleRows(by: assignment.shares)
      let dIn = experts[index].backward(
        dOut, x: memory.inputs[index], &memory.experts[index], pass.seeing(assignment.rows))
      dx.add(dIn, times: Array(repeating: 1, count: dIn.rows), at: assignment.rows)
    }
    let dRouter = routerGradient(dShares, memory)
    dx.add(router.inputGradient(dRouter, x: x, &memory.router, pass))
    return dx
  }

  // share[e] = p[e] / Σ over the best p, or p[e], p = softmax(z):  dz
  private func routerGradient(_ dShares: Matrix<Scalar>, _ memory: Memory) -> Matrix<Scalar> {
    var dz = dShares
    for row in 0..<dz.rows {
      let p = memory.probabilities
      let best = best(of: p, row)
      var dp = [Scalar](repeating: 0, count: experts.count)
      let total = best.reduce(0) { $0 + p[row, $1] }
      let mean = best.reduce(0) { $0 + dShares[row, $1] * p[row, $1] } / total
      for expert in best {
        dp[expert] =
          normalizesShares ? (dShares[row, expert] - mean) / total : dShares[row, expert]
      }
      let inner = best.reduce(0) { $0 + dp[$1] * p[row, $1] }
      for expert in 0..<experts.count {
        dz.elements[row * experts.count + expert] = p[row, expert] * (dp[expert] - inner)
      }
    }
    return dz
  }
}

extension Matrix {
  /// Σ over the columns of self∘other, of each row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func rowDots(_ other: Matrix) -> [Scalar] {
    (0..<rows).map { row in
      var sum: Scalar = 0
      for column in 0..<columns {
        sum += elements[row * columns + column] * other.elements[row * columns + column]
      }
      return sum
    }
  }

  /// self[i] = factors[i]·self[i], row by row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func scaleRows(by factors: [Scalar]) {
    for row in 0..<rows {
      for column in 0..<columns { elements[row * columns + column] *= factors[row] }
    }
  }
}
