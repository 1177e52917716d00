import Kernels
import Tensors

/// DoRA's magnitudes: each output of the adapted product has a trained length of its own.
///
///     v = x Wᵀ + s·((x Aᵀ) Bᵀ + b');  y = b + (m / n)∘v,  n[o] = ‖W[o] + s·(BA)[o]‖
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
    /// 1 / n [out] and m / n [out].
    fileprivate var inverses: [Scalar] = []
    fileprivate var factors: [Scalar] = []
    /// v [B, out]; after `backward` dv.
    var product = Matrix<Scalar>(rows: 0, columns: 0)
    /// v / n [B, out].
    fileprivate var normalized = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  /// The magnitudes `vector` [out], or the rows' norms of the weight, on `linear`.
  package init(on linear: Linear<Scalar>, vector: [Scalar]? = nil) {
    squares = linear.weight.rowSquares
    let value = vector ?? squares.map { Scalar($0.squareRoot()) }
    self.vector = Parameter(
      name: linear.module + ".lora_magnitude_vector", role: .magnitude, shape: [linear.outputs],
      value: value)
  }

  /// y += m∘(v / n), v being the memory's product.
  func forward(addingTo y: inout Matrix<Scalar>, _ memory: inout Memory) {
    memory.normalized.set(memory.product, times: memory.inverses)
    y.add(memory.normalized, times: vector.value)
  }

  /// n = ‖W[o] + s·(BA)[o]‖, as 1 / n, and m / n.
  ///
  /// n² = ‖W[o]‖² + 2s·B[o]·(W Aᵀ)[o] + s²·B[o] (A Aᵀ) B[o]ᵀ, without W + s·BA in memory.
  func measure(
    _ weight: NetworkTensor<Scalar>, _ branch: LowRankBranch<Scalar>, _ memory: inout Memory,
    _ workers: Workers
  ) {
    let (outputs, inputs, rank) = (weight.shape[0], weight.shape[1], branch.rank)
    // (W Aᵀ)ᵀ = A Wᵀ
    var cross = [Scalar](repeating: 0, count: rank * outputs)
    let down = Matrix(columns: inputs, elements: branch.down.value)
    weight.multiply(down, into: &cross, workers)
    var gram = [Scalar](repeating: 0, count: rank * rank)
    matmulNT(
      branch.down.value, branch.down.value, into: &gram, Product(m: rank, n: rank, k: inputs))
    var spread = [Scalar](repeating: 0, count: outputs * rank)
    matmulNN(branch.up.value, gram, into: &spread, Product(m: outputs, n: rank, k: rank))
    let s = branch.scaling
    memory.inverses = Array(repeating: 0, count: outputs)
    memory.factors = memory.inverses
    for row in 0..<outputs {
      var square = squares[row]
      for column in 0..<rank {
        let b = Double(branch.up.value[row * rank + column])
        let (w, a) = (cross[column * outputs + row], spread[row * rank + column])
        square += s * b * (2 * Double(w) + s * Double(a))
      }
      let norm = Scalar(max(0, square).squareRoot())
      memory.inverses[row] = 1 / norm
      memory.factors[row] = vector.value[row] / norm
    }
  }

  /// Takes in dm, and makes the memory's product dv.
  mutating func backward(_ dy: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    // y += m∘(v / n):  dm = Σ over rows of dy∘(v / n)
    vector.addRowProducts(dy, memory.normalized)
    // y += (m / n)∘v:  dv = (m / n)∘dy
    memory.product.set(dy, times: memory.factors)
  }
}
