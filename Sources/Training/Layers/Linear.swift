import Kernels
import Tensors

/// y = x Wᵀ + b, and with a branch y = x Wᵀ + b + s·((x Aᵀ) Bᵀ + b'); for one with magnitudes see
/// `Magnitude`.
///
/// Shapes: x [B, in], W [out, in], b [out], y [B, out]. A frozen weight costs no gradient product.
package struct Linear<Scalar: DenseScalar>: Sendable {
  /// The module's name: what stands before `.weight` in the file.
  package let module: String
  /// W [out, in].
  package internal(set) var weight: NetworkTensor<Scalar>
  /// b [out].
  package internal(set) var bias: NetworkTensor<Scalar>?
  package internal(set) var branch: LowRankBranch<Scalar>?
  /// Adapters that are there before the branch, and stay as they are: each adds its part to y.
  package internal(set) var beside: [LowRankBranch<Scalar>] = []

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    /// y [B, out].
    package fileprivate(set) var output = Matrix<Scalar>(rows: 0, columns: 0)
    fileprivate var branch = LowRankBranch<Scalar>.Memory()
    fileprivate var magnitude = Magnitude<Scalar>.Memory()
    fileprivate var beside = LowRankBranch<Scalar>.Memory()

    package init() {}
  }

  package init(module: String, weight: NetworkTensor<Scalar>, bias: NetworkTensor<Scalar>?) {
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
    if let branch, let magnitude = branch.magnitude {
      return forwardScaled(x, branch, magnitude, &memory, pass)
    }
    // y = b + s·b'
    let offset = beside.reduce(sum(bias?.values, branch?.offset)) { sum($0, $1.offset) }
    if let offset {
      fillRows(&memory.output.elements, with: offset, rows: x.rows, workers: pass.workers)
    }
    // y += x Wᵀ
    weight.multiply(
      x, into: &memory.output.elements, accumulates: offset != nil, pass.workers)
    // y += s·(x Aᵀ) Bᵀ
    for other in beside { other.forward(x, addingTo: &memory.output, &memory.beside, pass) }
    branch?.forward(x, addingTo: &memory.output, &memory.branch, pass)
  }

  /// y = b + (m / n)∘v, v = x Wᵀ + s·((x Aᵀ) Bᵀ + b').
  ///
  /// Where dropout leaves x̃ of x, v is that of x̃, and y += x Wᵀ - x̃ Wᵀ: the frozen product is spared,
  /// as in PEFT.
  private func forwardScaled(
    _ x: Matrix<Scalar>, _ branch: LowRankBranch<Scalar>, _ magnitude: Magnitude<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    // v = s·b' + x̃ Wᵀ
    memory.magnitude.product.reshape(rows: x.rows, columns: outputs)
    if let offset = branch.offset {
      fillRows(&memory.magnitude.product.elements, with: offset, rows: x.rows)
    }
    weight.multiply(
      memory.branch.leftOver(of: x), into: &memory.magnitude.product.elements,
      accumulates: branch.offset != nil, pass.workers)
    if memory.branch.drops {
      // y = (b + s·b') + x Wᵀ - (s·b' + x̃ Wᵀ)
      fill(&memory.output, with: sum(bias?.values, branch.offset))
      weight.multiply(x, into: &memory.output.elements, accumulates: true, pass.workers)
      memory.output.add(memory.magnitude.product, times: -1)
    } else {
      fill(&memory.output, with: bias?.values)
    }
    branch.forward(x, addingTo: &memory.magnitude.product, &memory.branch, pass)
    magnitude.measure(weight, branch, &memory.magnitude, pass.workers)
    magnitude.forward(addingTo: &memory.output, &memory.magnitude)
  }

  private func fill(_ y: inout Matrix<Scalar>, with offset: [Scalar]?) {
    fillRows(&y.elements, with: offset ?? Array(repeating: 0, count: outputs), rows: y.rows)
  }

  private func sum(_ one: [Scalar]?, _ other: [Scalar]?) -> [Scalar]? {
    guard let one, let other else { return one ?? other }
    return zip(one, other).map { $0 + $1 }
  }

  /// Takes in the gradients of what is trained, and writes dx [B, in] where the flow goes on.
  package mutating func backward(
    _ flow: inout GradientFlow<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    // y = b:  db = Σ over rows of dy
    bias?.withParameter { $0.addRows(flow.above) }
    guard branch?.magnitude != nil else {
      return backwardProducts(flow.above, x: x, &flow, &memory, pass)
    }
    // y += (m / n)∘v:  dv
    branch?.magnitude?.backward(flow.above, &memory.magnitude, pass)
    backwardProducts(memory.magnitude.product, x: x, &flow, &memory, pass)
  }

  /// The part below the bias and the magnitudes, where `dv` is the gradient of the two products' sum.
  private mutating func backwardProducts(
    _ dv: Matrix<Scalar>, x: Matrix<Scalar>, _ flow: inout GradientFlow<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    if flow.goesOn {
      flow.below.reshape(rows: x.rows, columns: inputs)
      if let branch, branch.magnitude != nil, memory.branch.drops {
        addSpared(dv, branch, &flow, pass)
      } else {
        // v = x Wᵀ:  dx = dv W
        weight.multiplyBack(dv, into: &flow.below.elements, pass.workers)
      }
      for other in beside { other.addInputGradient(dv, to: &flow.below, &memory.beside, pass) }
    }
    // v += s·(x Aᵀ) Bᵀ
    branch?.backward(dv, x: x, &flow, &memory.branch, pass)
    // v = x Wᵀ:  dW = dvᵀ x
    weight.withParameter { $0.addProduct(dv, x, pass) }
  }

  // y += x Wᵀ - x̃ Wᵀ, v = x̃ Wᵀ, x̃ = x∘f:  dx = dy W + ((dv - dy) W)∘f
  private func addSpared(
    _ dv: Matrix<Scalar>, _ branch: LowRankBranch<Scalar>, _ flow: inout GradientFlow<Scalar>,
    _ pass: Pass
  ) {
    weight.multiplyBack(flow.above, into: &flow.below.elements, pass.workers)
    var difference = dv
    difference.add(flow.above, times: -1)
    var spread = Matrix<Scalar>(rows: dv.rows, columns: inputs)
    weight.multiplyBack(difference, into: &spread.elements, pass.workers)
    branch.mask(&spread, pass)
    flow.below.add(spread)
  }

  /// Calls `body` with the weight and the bias, and what they are when they are trained.
  package mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows {
    try body(&weight, .whole)
    guard var bias = bias.take() else { return }
    defer { self.bias = bias }
    try body(&bias, .bias)
  }

  /// Calls `body` with each trained parameter: weight, bias, A, B, b', m.
  package mutating func withTrained(
    _ body: (inout Parameter<Scalar>) throws -> Void
  ) rethrows {
    try weight.withParameter(body)
    try bias?.withParameter(body)
    try branch?.down.apply(body)
    try branch?.up.apply(body)
    try branch?.upBias?.apply(body)
    try branch?.magnitude?.vector.apply(body)
  }
}
