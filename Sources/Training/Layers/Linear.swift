import Kernels
import Tensors

/// y = x Wᵀ + b, and with a branch y = x Wᵀ + b + s·(x Aᵀ) Bᵀ; for one with magnitudes see
/// `Magnitude`.
///
/// Shapes: x [B, in], W [out, in], b [out], y [B, out]. A frozen weight costs no gradient product.
package struct Linear<Scalar: DenseScalar>: Sendable {
  /// The module's name: what stands before `.weight` in the file.
  package let module: String
  /// W [out, in].
  package internal(set) var weight: Parameter<Scalar>
  /// b [out].
  package internal(set) var bias: Parameter<Scalar>?
  package internal(set) var branch: LowRankBranch<Scalar>?

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    /// y [B, out].
    package fileprivate(set) var output = Matrix<Scalar>(rows: 0, columns: 0)
    fileprivate var branch = LowRankBranch<Scalar>.Memory()
    fileprivate var magnitude = Magnitude<Scalar>.Memory()

    package init() {}
  }

  package init(module: String, weight: Parameter<Scalar>, bias: Parameter<Scalar>?) {
    precondition(weight.shape.rank == 2, "a weight is [out, in]")
    precondition(bias.map { $0.shape == [weight.shape[0]] } ?? true, "a bias is [out]")
    (self.module, self.weight, self.bias) = (module, weight, bias)
  }

  package var outputs: Int { weight.shape[0] }
  package var inputs: Int { weight.shape[1] }

  /// Whether anything here is trained.
  package var isTrained: Bool {
    weight.isTrained || branch != nil || (bias?.isTrained ?? false)
  }

  package func forward(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    memory.output.reshape(rows: x.rows, columns: outputs)
    branch?.drop(x, &memory.branch, pass)
    // y = b
    if let bias { fillRows(&memory.output.elements, with: bias.value, rows: x.rows) }
    if let branch, let magnitude = branch.magnitude {
      return forwardScaled(x, branch, magnitude, &memory, pass)
    }
    // y += x Wᵀ
    weight.multiply(
      x, into: &memory.output.elements, beta: bias == nil ? 0 : 1, pass.workers)
    // y += s·(x Aᵀ) Bᵀ
    branch?.forward(x, addingTo: &memory.output, &memory.branch, pass)
  }

  /// y += (m / n)∘v, v = x Wᵀ + s·(x Aᵀ) Bᵀ.
  ///
  /// Where dropout leaves x̃ of x, v is that of x̃, and y += x Wᵀ - x̃ Wᵀ: the frozen product is spared,
  /// as in PEFT.
  private func forwardScaled(
    _ x: Matrix<Scalar>, _ branch: LowRankBranch<Scalar>, _ magnitude: Magnitude<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    if bias == nil {
      fillRows(
        &memory.output.elements, with: Array(repeating: 0, count: outputs), rows: x.rows)
    }
    memory.magnitude.product.reshape(rows: x.rows, columns: outputs)
    weight.multiply(
      memory.branch.leftOver(of: x), into: &memory.magnitude.product.elements, pass.workers)
    if memory.branch.drops {
      addSpared(x, memory.magnitude.product, to: &memory.output, pass.workers)
    }
    branch.forward(x, addingTo: &memory.magnitude.product, &memory.branch, pass)
    magnitude.measure(weight, branch.factors, &memory.magnitude, pass.workers)
    magnitude.forward(addingTo: &memory.output, memory.magnitude)
  }

  /// y += x Wᵀ - x̃ Wᵀ, the latter being `dropped`.
  private func addSpared(
    _ x: Matrix<Scalar>, _ dropped: Matrix<Scalar>, to y: inout Matrix<Scalar>, _ workers: Workers
  ) {
    weight.multiply(x, into: &y.elements, beta: 1, workers)
    addScaledColumns(
      dropped.elements, factors: Array(repeating: -1, count: outputs), to: &y.elements,
      rows: x.rows)
  }

  /// Writes the gradients of what is trained, and dx [B, in] unless nothing below needs it.
  package mutating func backward(
    _ flow: inout GradientFlow<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    // y = b:  db = Σ over rows of dy
    if bias?.isTrained == true {
      let dy = flow.above
      bias?.apply { columnSums(dy.elements, into: &$0.gradient, rows: dy.rows) }
    }
    guard branch?.magnitude != nil else {
      return backwardProducts(flow.above, x: x, &flow, &memory, pass)
    }
    // y += (m / n)∘v:  dv
    branch?.magnitude?.backward(flow.above, &memory.magnitude)
    backwardProducts(memory.magnitude.dProduct, x: x, &flow, &memory, pass)
    if flow.goesOn, memory.branch.drops {
      respread(flow.above, memory.magnitude.dProduct, memory.branch, into: &flow.below, pass)
    }
  }

  // y += x Wᵀ - x̃ Wᵀ, v = x̃ Wᵀ, x̃ = x∘f:  dx += dy W + ((dv - dy) W)∘f in place of dv W
  private func respread(
    _ dy: Matrix<Scalar>, _ dv: Matrix<Scalar>, _ branch: LowRankBranch<Scalar>.Memory,
    into dx: inout Matrix<Scalar>, _ pass: Pass
  ) {
    var difference = dy
    addScaledColumns(
      dv.elements, factors: Array(repeating: -1, count: outputs), to: &difference.elements,
      rows: dy.rows)
    // (dy - dv) W
    var spread = Matrix<Scalar>(rows: dy.rows, columns: inputs)
    weight.multiplyBack(difference, into: &spread.elements, pass.workers)
    for index in 0..<spread.count {
      dx.elements[index] += spread.elements[index] * (1 - branch.mask[index])
    }
  }

  /// The part below the bias and the magnitudes, where `dy` is the gradient of the two products' sum.
  private mutating func backwardProducts(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ flow: inout GradientFlow<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    // y += x Wᵀ:  dx = dy W
    if flow.goesOn {
      flow.below.reshape(rows: dy.rows, columns: inputs)
      weight.multiplyBack(dy, into: &flow.below.elements, pass.workers)
    }
    // y += s·(x Aᵀ) Bᵀ
    branch?.backward(dy, x: x, &flow, &memory.branch, pass)
    // y += x Wᵀ:  dW = dyᵀ x
    if weight.isTrained {
      matmulTN(
        dy.elements, x.elements, into: &weight.gradient,
        Product(m: outputs, n: inputs, k: dy.rows, workers: pass.workers))
    }
  }

  /// Calls `body` with each trained parameter: weight, bias, A, B, b', m.
  mutating func withTrained(
    _ body: (inout Parameter<Scalar>) throws -> Void
  ) rethrows {
    if weight.isTrained { try body(&weight) }
    if bias?.isTrained == true { try bias?.apply(body) }
    try branch?.down.apply(body)
    try branch?.up.apply(body)
    try branch?.upBias?.apply(body)
    try branch?.magnitude?.vector.apply(body)
  }
}
