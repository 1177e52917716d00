import Kernels

// Products of a weight W [out, in], kept in full or packed. Packed, W is unpacked and multiplied panel
// by panel of its rows, so that it is never in memory as a whole.

extension Parameter {
  /// y [B, out] = x [B, in] Wᵀ + beta·y.
  func multiply(
    _ x: Matrix<Scalar>, into y: inout [Scalar], beta: Double = 0, _ workers: Workers
  ) {
    let (outputs, inputs) = (shape[0], shape[1])
    guard let packed else {
      matmulNT(
        x.elements, value, into: &y,
        Product(m: x.rows, n: outputs, k: inputs, beta: beta, workers: workers))
      return
    }
    packed.forEachPanel(workers) { rows, values in
      matmulNT(
        x.elements, values, into: &y,
        Product(m: x.rows, n: rows.count, k: inputs, beta: beta, workers: workers),
        columnsOfC: ColumnWindow(from: rows.lowerBound, of: outputs))
    }
  }

  /// dx [B, in] = dy [B, out] W.
  func multiplyBack(_ dy: Matrix<Scalar>, into dx: inout [Scalar], _ workers: Workers) {
    let (outputs, inputs) = (shape[0], shape[1])
    guard let packed else {
      matmulNN(
        dy.elements, value, into: &dx,
        Product(m: dy.rows, n: inputs, k: outputs, workers: workers))
      return
    }
    packed.forEachPanel(workers) { rows, values in
      matmulNN(
        dy.elements, values, into: &dx,
        Product(
          m: dy.rows, n: inputs, k: rows.count, beta: rows.lowerBound == 0 ? 0 : 1,
          workers: workers),
        columnsOfA: ColumnWindow(from: rows.lowerBound, of: outputs))
    }
  }

  /// c [out, rank] = W aᵀ, a [rank, in].
  func multiply(
    byTransposed a: [Scalar], _ rank: Int, into c: inout [Scalar], _ workers: Workers
  ) {
    let (outputs, inputs) = (shape[0], shape[1])
    guard let packed else {
      matmulNT(value, a, into: &c, Product(m: outputs, n: rank, k: inputs, workers: workers))
      return
    }
    packed.forEachPanel(workers) { rows, values in
      var part = [Scalar](repeating: 0, count: rows.count * rank)
      matmulNT(
        values, a, into: &part, Product(m: rows.count, n: rank, k: inputs, workers: workers))
      c.replaceSubrange(rows.lowerBound * rank..<rows.upperBound * rank, with: part)
    }
  }

  /// Σ_i W[o, i]² of each row.
  var rowSquares: [Double] {
    let inputs = shape[1]
    func squares(_ rows: Int, _ values: [Scalar]) -> [Double] {
      (0..<rows).map { sumOfSquares(Array(values[$0 * inputs..<($0 + 1) * inputs])) }
    }
    guard let packed else { return squares(shape[0], value) }
    var result: [Double] = []
    packed.forEachPanel(.one) { result += squares($0.count, $1) }
    return result
  }

  /// W₀ - W, for a weight `original` of the same shape.
  func missed(of original: [Scalar]) -> [Double] {
    precondition(original.count == count, "the original weight is [out, in] too")
    guard let packed else { return zip(original, value).map { Double($0) - Double($1) } }
    var result: [Double] = []
    result.reserveCapacity(count)
    packed.forEachPanel(.one) { rows, values in
      let start = rows.lowerBound * shape[1]
      for index in 0..<rows.count * shape[1] {
        result.append(Double(original[start + index]) - Double(values[index]))
      }
    }
    return result
  }
}
