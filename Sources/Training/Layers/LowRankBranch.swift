import Kernels
import Tensors

/// The trained side path of a frozen linear layer: y += s·(x Aᵀ) Bᵀ.
///
/// Shapes: x [B, in], A [rank, in], h = x Aᵀ [B, rank], B [out, rank], y [B, out].
package struct LowRankBranch<Scalar: DenseScalar>: Sendable {
  /// A [rank, in].
  package internal(set) var down: Parameter<Scalar>
  /// B [out, rank].
  package internal(set) var up: Parameter<Scalar>
  /// s.
  package let scaling: Double
  /// h [B, rank] of the last `forward`.
  private var hidden = Matrix<Scalar>(rows: 0, columns: 0)
  private var dHidden = Matrix<Scalar>(rows: 0, columns: 0)

  /// A branch with the given factors.
  ///
  /// - Parameters:
  ///   - module: The adapted module's name.
  ///   - down: A, row-major [rank, in].
  ///   - up: B, row-major [out, rank].
  ///   - rank: The number of A's rows.
  ///   - scaling: s, usually alpha / rank.
  package init(module: String, down: [Scalar], up: [Scalar], rank: Int, scaling: Double) {
    self.down = Parameter(
      name: module + ".lora_A.weight", shape: Shape([rank, down.count / rank]), value: down,
      isTrained: true)
    self.up = Parameter(
      name: module + ".lora_B.weight", shape: Shape([up.count / rank, rank]), value: up,
      isTrained: true)
    self.scaling = scaling
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

  mutating func forward(
    _ x: Matrix<Scalar>, addingTo y: inout Matrix<Scalar>, _ workers: Workers
  ) {
    let (rows, inputs, outputs) = (x.rows, down.shape[1], up.shape[0])
    hidden.reshape(rows: rows, columns: rank)
    // h = x Aᵀ
    matmulNT(
      x.elements, down.value, into: &hidden.elements,
      Product(m: rows, n: rank, k: inputs, workers: workers))
    // y += s·h Bᵀ
    matmulNT(
      hidden.elements, up.value, into: &y.elements,
      Product(m: rows, n: outputs, k: rank, alpha: scaling, beta: 1, workers: workers))
  }

  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, addingTo dx: inout Matrix<Scalar>, wantsInput: Bool,
    _ workers: Workers
  ) {
    let (rows, inputs, outputs) = (x.rows, down.shape[1], up.shape[0])
    // y += s·h Bᵀ:  dB = s·dyᵀ h
    matmulTN(
      dy.elements, hidden.elements, into: &up.gradient,
      Product(m: outputs, n: rank, k: rows, alpha: scaling, workers: workers))
    // y += s·h Bᵀ:  dh = s·dy B
    dHidden.reshape(rows: rows, columns: rank)
    matmulNN(
      dy.elements, up.value, into: &dHidden.elements,
      Product(m: rows, n: rank, k: outputs, alpha: scaling, workers: workers))
    // h = x Aᵀ:  dA = dhᵀ x
    matmulTN(
      dHidden.elements, x.elements, into: &down.gradient,
      Product(m: rank, n: inputs, k: rows, workers: workers))
    // h = x Aᵀ:  dx += dh A
    guard wantsInput else { return }
    matmulNN(
      dHidden.elements, down.value, into: &dx.elements,
      Product(m: rows, n: inputs, k: rank, beta: 1, workers: workers))
  }
}
