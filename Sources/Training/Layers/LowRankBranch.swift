import Kernels
import Tensors

/// The trained side path of a frozen linear layer: y += s·(h Bᵀ + b'), h = x Aᵀ.
///
/// Shapes: x [B, in], A [rank, in], h [B, rank], B [out, rank], b' [out] or none, y [B, out].
package struct LowRankBranch<Scalar: DenseScalar>: Sendable {
  /// A [rank, in].
  package internal(set) var down: Parameter<Scalar>
  /// B [out, rank].
  package internal(set) var up: Parameter<Scalar>
  /// b' [out], which few adapters have.
  package internal(set) var upBias: Parameter<Scalar>?
  /// DoRA's magnitudes; `Linear` applies them to the weight's product and the branch's together.
  package internal(set) var magnitude: Magnitude<Scalar>?
  /// s.
  package let scaling: Double
  /// The share of the input's elements that training leaves out, anew in each batch.
  package var dropout = 0.0
  /// What the learning rate of B is multiplied by: LoRA+, <https://arxiv.org/abs/2402.12354>.
  package var plusRatio: Double {
    get { up.rateFactor }
    set { up.rateFactor = newValue }
  }
  /// By which chance tells the branches of a network apart.
  let key: Int

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    /// What dropout left of the input, if it left anything out.
    var masked: Matrix<Scalar>?
    /// h [B, rank], and s·h.
    fileprivate var hidden = Matrix<Scalar>(rows: 0, columns: 0)
    fileprivate var scaled = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  /// A branch with the given factors.
  ///
  /// - Parameters:
  ///   - module: The adapted module's name.
  ///   - down: A, row-major [rank, in].
  ///   - up: B, row-major [out, rank].
  ///   - rank: The number of A's rows.
  ///   - scaling: s, usually alpha / rank.
  ///   - upBias: b' [out].
  package init(
    module: String, down: [Scalar], up: [Scalar], rank: Int, scaling: Double,
    upBias: [Scalar]? = nil
  ) {
    self.down = Parameter(
      name: module + ".lora_A.weight", role: .down, shape: Shape([rank, down.count / rank]),
      value: down)
    self.up = Parameter(
      name: module + ".lora_B.weight", role: .up, shape: Shape([up.count / rank, rank]), value: up)
    self.upBias = upBias.map { bias in
      Parameter(
        name: module + ".lora_B.bias", role: .upBias, shape: [bias.count], value: bias)
    }
    self.scaling = scaling
    key = nameKey(module)
  }

  /// The same branch under trained magnitudes.
  package func with(_ magnitude: Magnitude<Scalar>?) -> LowRankBranch {
    var branch = self
    branch.magnitude = magnitude
    return branch
  }

  /// A branch that changes nothing yet: A uniform in ±1/√in, B zero.
  ///
  /// That bound is what `kaiming_uniform_(a=√5)` comes to, PEFT's default for A.
  @specialized(where Scalar == Float)
  package init(
    on linear: Linear<Scalar>, rank: Int, scaling: Double, generator: inout Generator
  ) {
    let bound = 1 / Double(linear.inputs).squareRoot()
    self.init(
      module: linear.module,
      down: (0..<rank * linear.inputs).map { _ in Scalar(generator.uniform(within: bound)) },
      up: Array(repeating: 0, count: linear.outputs * rank), rank: rank, scaling: scaling)
  }

  package var rank: Int { down.shape[0] }

  /// s·b' [out], if there is a b'.
  var offset: [Scalar]? { upBias.map { $0.value.map { Scalar(scaling) * $0 } } }

  /// s for each column of h.
  private var factors: [Scalar] { Array(repeating: Scalar(scaling), count: rank) }

  /// Adds s·h Bᵀ to y, for what `drop` left of x.
  func forward(
    _ x: Matrix<Scalar>, addingTo y: inout Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    remember(x, &memory, pass)
    // y += (s·h) Bᵀ
    matmulNT(
      memory.scaled.elements, up.value, into: &y.elements,
      Product(m: x.rows, n: up.shape[0], k: rank, accumulates: true, workers: pass.workers))
  }

  /// Leaves in the memory what `forward` leaves there.
  func remember(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    let x = memory.leftOver(of: x)
    // h = x Aᵀ
    memory.hidden.reshape(rows: x.rows, columns: rank)
    matmulNT(
      x.elements, down.value, into: &memory.hidden.elements,
      Product(m: x.rows, n: rank, k: down.shape[1], workers: pass.workers))
    memory.scaled.set(memory.hidden, times: factors)
  }

  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ flow: inout GradientFlow<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    let (rows, inputs, outputs) = (x.rows, down.shape[1], up.shape[0])
    // y += s·b':  db' = dyᵀ (s·1)
    let ones = Matrix(columns: 1, elements: Array(repeating: Scalar(scaling), count: rows))
    upBias?.apply { $0.addProduct(dy, ones, pass) }
    // y += (s·h) Bᵀ:  dB = dyᵀ (s·h)
    up.addProduct(dy, memory.scaled, pass)
    // y += (s·h) Bᵀ:  dh = s·(dy B)
    matmulNN(
      dy.elements, up.value, into: &memory.hidden.elements,
      Product(m: rows, n: rank, k: outputs, workers: pass.workers))
    memory.scaled.set(memory.hidden, times: factors)
    // h = x Aᵀ:  dA = dhᵀ x
    down.addProduct(memory.scaled, memory.leftOver(of: x), pass)
    // h = x Aᵀ:  dx += dh A
    guard flow.goesOn else { return }
    guard memory.drops else {
      return matmulNN(
        memory.scaled.elements, down.value, into: &flow.below.elements,
        Product(m: rows, n: inputs, k: rank, accumulates: true, workers: pass.workers))
    }
    addMasked(memory.scaled, to: &flow.below, &memory, pass)
  }
}

extension LowRankBranch {
  // y += s·(x Aᵀ) Bᵀ:  dx += s·(dy B) A
  func addInputGradient(
    _ dy: Matrix<Scalar>, to dx: inout Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    memory.hidden.reshape(rows: dy.rows, columns: rank)
    matmulNN(
      dy.elements, up.value, into: &memory.hidden.elements,
      Product(m: dy.rows, n: rank, k: up.shape[0], workers: pass.workers))
    memory.scaled.set(memory.hidden, times: factors)
    matmulNN(
      memory.scaled.elements, down.value, into: &dx.elements,
      Product(
        m: dy.rows, n: down.shape[1], k: rank, accumulates: true, workers: pass.workers))
  }
}

/// A number from 0 that stands for a name: FNV-1a of its bytes, but for the lowest bit.
///
/// Source: <http://www.isthe.com/chongo/tech/comp/fnv/>.
private func nameKey(_ name: String) -> Int {
  let hash = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
    ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
  }
  return Int(hash >> 1)
}
