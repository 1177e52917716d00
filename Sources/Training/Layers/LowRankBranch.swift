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
  let key: UInt64

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    /// What dropout left of the input, and the factors, 0 or 1/(1 - dropout), that it was multiplied
    /// with; the latter empty when nothing was left out.
    var masked = Matrix<Scalar>(rows: 0, columns: 0)
    var mask: [Scalar] = []
    /// h [B, rank].
    fileprivate var hidden = Matrix<Scalar>(rows: 0, columns: 0)
    var dHidden = Matrix<Scalar>(rows: 0, columns: 0)

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
      name: module + ".lora_A.weight", shape: Shape([rank, down.count / rank]), value: down,
      isTrained: true)
    self.up = Parameter(
      name: module + ".lora_B.weight", shape: Shape([up.count / rank, rank]), value: up,
      isTrained: true)
    self.upBias = upBias.map { bias in
      Parameter(
        name: module + ".lora_B.bias", shape: [bias.count], value: bias, isTrained: true)
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

  var factors: LowRankFactors<Scalar> {
    LowRankFactors(down: down.value, up: up.value, rank: rank, scaling: scaling)
  }

  /// Adds to y what the branch makes of what `drop` left of x.
  func forward(
    _ x: Matrix<Scalar>, addingTo y: inout Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    let (rows, inputs, outputs) = (x.rows, down.shape[1], up.shape[0])
    let x = memory.leftOver(of: x)
    memory.hidden.reshape(rows: rows, columns: rank)
    // h = x Aᵀ
    matmulNT(
      x.elements, down.value, into: &memory.hidden.elements,
      Product(m: rows, n: rank, k: inputs, workers: pass.workers))
    // y += s·h Bᵀ
    matmulNT(
      memory.hidden.elements, up.value, into: &y.elements,
      Product(m: rows, n: outputs, k: rank, alpha: scaling, beta: 1, workers: pass.workers))
    // y += s·b'
    guard let upBias else { return }
    var bias = Matrix<Scalar>(rows: rows, columns: outputs)
    fillRows(&bias.elements, with: upBias.value, rows: rows)
    addScaledColumns(
      bias.elements, factors: Array(repeating: Scalar(scaling), count: outputs),
      to: &y.elements, rows: rows)
  }

  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ flow: inout GradientFlow<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    let (rows, inputs, outputs, workers) = (x.rows, down.shape[1], up.shape[0], pass.workers)
    let dropped = memory.leftOver(of: x)
    // y += s·b':  db' = s·Σ over rows of dy
    upBias?.apply { bias in
      columnSums(dy.elements, into: &bias.gradient, rows: rows)
      for index in bias.gradient.indices { bias.gradient[index] *= Scalar(scaling) }
    }
    // y += s·h Bᵀ:  dB = s·dyᵀ h
    matmulTN(
      dy.elements, memory.hidden.elements, into: &up.gradient,
      Product(m: outputs, n: rank, k: rows, alpha: scaling, workers: workers))
    // y += s·h Bᵀ:  dh = s·dy B
    memory.dHidden.reshape(rows: rows, columns: rank)
    matmulNN(
      dy.elements, up.value, into: &memory.dHidden.elements,
      Product(m: rows, n: rank, k: outputs, alpha: scaling, workers: workers))
    // h = x Aᵀ:  dA = dhᵀ x
    matmulTN(
      memory.dHidden.elements, dropped.elements, into: &down.gradient,
      Product(m: rank, n: inputs, k: rows, workers: workers))
    // h = x Aᵀ:  dx += dh A
    guard flow.goesOn else { return }
    guard !memory.drops else {
      return addMaskedGradient(to: &flow.below, rows: rows, &memory, pass)
    }
    matmulNN(
      memory.dHidden.elements, down.value, into: &flow.below.elements,
      Product(m: rows, n: inputs, k: rank, beta: 1, workers: workers))
  }
}

/// A number that stands for a name: FNV-1a of its bytes, <http://www.isthe.com/chongo/tech/comp/fnv/>.
private func nameKey(_ name: String) -> UInt64 {
  name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
