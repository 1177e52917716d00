import Kernels
import Tensors

/// DoRA's magnitudes: each output of the adapted product has a trained length of its own.
///
///     v = x Wᵀ + s·(x Aᵀ) Bᵀ;  y = b + (m / n)∘v,  n[o] = ‖W[o] + s·(BA)[o]‖
///
/// The norms n follow A and B but get no gradient (§4.3 of the paper), as in PEFT.
/// Source: <https://arxiv.org/abs/2402.09353>.
package struct Magnitude<Scalar: DenseScalar>: Sendable {
  /// m [out].
  package internal(set) var vector: Parameter<Scalar>
  /// Σ_i W[o, i]², which does not change.
  private let squares: [Double]
  /// n [out] and m / n [out] of the last `forward`.
  private var norms: [Scalar]
  private var factors: [Scalar]
  /// v [B, out] of the last `forward`, and its gradient.
  var product = Matrix<Scalar>(rows: 0, columns: 0)
  private(set) var dProduct = Matrix<Scalar>(rows: 0, columns: 0)

  /// The magnitudes `vector` [out], or the rows' norms of the weight, on `linear`.
  package init(on linear: Linear<Scalar>, vector: [Scalar]? = nil) {
    squares = linear.weight.rowSquares
    let value = vector ?? squares.map { Scalar($0.squareRoot()) }
    self.vector = Parameter(
      name: linear.module + ".lora_magnitude_vector", shape: [linear.outputs], value: value,
      isTrained: true)
    norms = Array(repeating: 0, count: linear.outputs)
    factors = norms
  }

  /// y += (m / n)∘v, v being `product`.
  mutating func forward(
    addingTo y: inout Matrix<Scalar>, _ weight: Parameter<Scalar>, _ branch: LowRankFactors<Scalar>,
    _ workers: Workers
  ) {
    measure(weight, branch, workers)
    addScaledColumns(product.elements, factors: factors, to: &y.elements, rows: y.rows)
  }

  /// ‖W[o] + s·(BA)[o]‖² = ‖W[o]‖² + 2s·B[o]·(W Aᵀ)[o] + s²·B[o] (A Aᵀ) B[o]ᵀ, without W + s·BA in
  /// memory.
  private mutating func measure(
    _ weight: Parameter<Scalar>, _ branch: LowRankFactors<Scalar>, _ workers: Workers
  ) {
    let (outputs, inputs, rank) = (weight.shape[0], weight.shape[1], branch.rank)
    var cross = [Scalar](repeating: 0, count: outputs * rank)
    weight.multiply(byTransposed: branch.down, rank, into: &cross, workers)
    var gram = [Scalar](repeating: 0, count: rank * rank)
    matmulNT(branch.down, branch.down, into: &gram, Product(m: rank, n: rank, k: inputs))
    var spread = [Scalar](repeating: 0, count: outputs * rank)
    matmulNN(branch.up, gram, into: &spread, Product(m: outputs, n: rank, k: rank))
    let s = branch.scaling
    for row in 0..<outputs {
      var square = squares[row]
      for index in row * rank..<(row + 1) * rank {
        let b = Double(branch.up[index])
        square += s * b * (2 * Double(cross[index]) + s * Double(spread[index]))
      }
      norms[row] = Scalar(max(0, square).squareRoot())
      factors[row] = vector.value[row] / norms[row]
    }
  }

  /// Writes dm, and dv into `dProduct`.
  mutating func backward(_ dy: Matrix<Scalar>) {
    // y += (m / n)∘v:  dm = Σ over rows of dy∘v / n
    columnDots(dy.elements, product.elements, into: &vector.gradient, rows: dy.rows)
    for index in norms.indices { vector.gradient[index] /= norms[index] }
    // y += (m / n)∘v:  dv = (m / n)∘dy
    dProduct.reshape(rows: dy.rows, columns: dy.columns)
    fillRows(
      &dProduct.elements, with: Array(repeating: 0, count: dy.columns), rows: dy.rows)
    addScaledColumns(dy.elements, factors: factors, to: &dProduct.elements, rows: dy.rows)
  }
}

/// What a branch adds to its weight: s·B A.
struct LowRankFactors<Scalar: DenseScalar> {
  /// A [rank, in].
  let down: [Scalar]
  /// B [out, rank].
  let up: [Scalar]
  let rank: Int
  let scaling: Double
}
