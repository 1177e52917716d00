import Kernels
import Tensors
import Training

/// y = x + f(linear(g∘x/r)), r = √(mean of x² + 10⁻⁵) of each row: a block without attention.
struct ToyBlock<Scalar: DenseScalar>: Sendable {
  /// g [C].
  var gain: NetworkTensor<Scalar>
  var dense: DenseLayer<Scalar>

  struct Memory: Sendable {
    /// x/r [B, C], and r of each row.
    var unit = Matrix<Scalar>(rows: 0, columns: 0)
    var sizes: [Scalar] = []
    /// g∘x/r [B, C].
    var scaled = Matrix<Scalar>(rows: 0, columns: 0)
    var dense = DenseLayer<Scalar>.Memory()
    var flow = GradientFlow<Scalar>()
  }

  func forward(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) -> Matrix<Scalar> {
    let gains = gain.values
    memory.sizes = (0..<x.rows).map { row in
      let squares = x[row: row].reduce(Scalar(0)) { $0.addingProduct($1, $1) }
      return (squares / Scalar(x.columns) + 1e-5).squareRoot()
    }
    memory.unit = x
    for index in 0..<x.count { memory.unit.elements[index] /= memory.sizes[index / x.columns] }
    memory.scaled = memory.unit
    for index in 0..<x.count { memory.scaled.elements[index] *= gains[index % x.columns] }
    dense.forward(memory.scaled, &memory.dense, pass)
    var y = x
    y.add(memory.dense.output)
    return y
  }

  /// dx of dy.
  mutating func backward(
    _ dy: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    let (gains, columns) = (gain.values, dy.columns)
    // y = x + f(linear(s)):  ds
    memory.flow.above = dy
    dense.backward(&memory.flow, x: memory.scaled, &memory.dense, pass)
    let ds = memory.flow.below
    // s = g∘u:  dg = Σ over rows of ds∘u, du = g∘ds
    gain.withParameter { $0.addRowProducts(ds, memory.unit) }
    // u = x/r:  dx = (du - u·mean(du∘u))/r
    var dx = dy
    for row in 0..<dy.rows {
      var mean = Scalar(0)
      for column in 0..<columns {
        mean += gains[column] * ds[row, column] * memory.unit[row, column] / Scalar(columns)
      }
      for column in 0..<columns {
        let change = gains[column] * ds[row, column] - memory.unit[row, column] * mean
        dx.elements[row * columns + column] += change / memory.sizes[row]
      }
    }
    return dx
  }
}

/// A block of which nothing is kept but its input: it runs forward again before backward.
struct Recomputed<Scalar: DenseScalar>: Sendable {
  var block: ToyBlock<Scalar>

  func forward(_ x: Matrix<Scalar>, _ pass: Pass) -> Matrix<Scalar> {
    var memory = ToyBlock<Scalar>.Memory()
    return block.forward(x, &memory, pass)
  }

  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ pass: Pass
  ) -> Matrix<Scalar> {
    var memory = ToyBlock<Scalar>.Memory()
    _ = block.forward(x, &memory, pass)
    return block.backward(dy, &memory, pass)
  }
}
