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

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    /// n [out] and m / n [out].
    fileprivate var norms: [Scalar] = []
    fileprivate var factors: [Scalar] = []
    /// v [B, out], and its gradient.
    var product = Matrix<Scalar>(rows: 0, columns: 0)
    fileprivate(set) var dProduct = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  /// The magnitudes `vector` [out], or the rows' norms of the weight, on `linear`.
  package init(on linear: Linear<Scalar>, vector: [Scalar]? = nil) {
    squares = linear.weight.rowSquares
    let value = vector ?? squares.map { Scalar($0.squareRoot()) }
    self.vector = Parameter(
      name: linear.module + ".lora_magnitude_vector", shape: [linear.outputs], value: value,
      isTrained: true)
  }

  /// y += (m / n)∘v, v being the memory's product.
  func forward(addingTo y: inout Matrix<Scalar>, _ memory: Memory) {
    addScaledColumns(
      memory.product.elements, factors: memory.factors, to: &y.elements, rows: y.rows)
  }

  /// n = ‖W[o] + s·(BA)[o]‖, and m / n.
  ///
  /// n² = ‖W[o]‖² + 2s·B[o]·(W Aᵀ)[o] + s²·B[o] (A Aᵀ) B[o]ᵀ, without W + s·BA in memory.
  func measure(
    _ weight: Parameter<Scalar>, _ branch: LowRankFactors<Scalar>, _ memory: inout Memory,
    _ workers: Workers
  ) {
    let (outputs, inputs, rank) = (weight.shape[0], weight.shape[1], branch.rank)
    var cross = [Scalar](repeating: 0, count: outputs * rank)
    weight.multiply(byTransposed: branch.down, rank, into: &cross, workers)
    var gram = [Scalar](repeating: 0, count: rank * rank)
    matmulNT(branch.down, branch.down, into: &gram, Product(m: rank, n: rank, k: inputs))
    var spread = [Scalar](repeating: 0, count: outputs * rank)
    matmulNN(branch.up, gram, into: &spread, Product(m: outputs, n: rank, k: rank))
    let s = branch.scaling
    memory.norms = Array(repeating: 0, count: outputs)
    memory.factors = memory.norms
    for row in 0..<outputs {
      var square = squares[row]
      for index in row * rank..<(row + 1) * rank {
        let b = Double(branch.up[index])
        square += s * b * (2 * Double(cross[index]) + s * Double(spread[index]))
      }
      memory.norms[row] = Scalar(max(0, square).squareRoot())
      memory.factors[row] = vector.value[row] / memory.norms[row]
    }
  }

  /// Writes dm, and dv into the memory's `dProduct`.
  mutating func backward(_ dy: Matrix<Scalar>, _ memory: inout Memory) {
    // y += (m / n)∘v:  dm = Σ over rows of dy∘v / n
    columnDots(dy.elements, memory.product.elements, into: &vector.gradient, rows: dy.rows)
    for index in memory.norms.indices { vector.gradient[index] /= memory.norms[index] }
    // y += (m / n)∘v:  dv = (m / n)∘dy
    memory.dProduct.reshape(rows: dy.rows, columns: dy.columns)
    fillRows(
      &memory.dProduct.elements, with: Array(repeating: 0, count: dy.columns), rows: dy.rows)
    addScaledColumns(
      dy.elements, factors: memory.factors, to: &memory.dProduct.elements, rows: dy.rows)
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
