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
  /// y [B, out] of the last `forward`.
  package private(set) var output = Matrix<Scalar>(rows: 0, columns: 0)

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

  mutating func forward(_ x: Matrix<Scalar>, _ workers: Workers) {
    output.reshape(rows: x.rows, columns: outputs)
    branch?.drop(x)
    // y = b
    if let bias { fillRows(&output.elements, with: bias.value, rows: x.rows) }
    if branch?.magnitude != nil { return forwardScaled(x, workers) }
    // y += x Wᵀ
    weight.multiply(x, into: &output.elements, beta: bias == nil ? 0 : 1, workers)
    // y += s·(x Aᵀ) Bᵀ
    branch?.forward(x, addingTo: &output, workers)
  }

  /// y += (m / n)∘v, v = x Wᵀ + s·(x Aᵀ) Bᵀ.
  ///
  /// Where dropout leaves x̃ of x, v is that of x̃, and y += x Wᵀ - x̃ Wᵀ: the frozen product is spared,
  /// as in PEFT.
  private mutating func forwardScaled(_ x: Matrix<Scalar>, _ workers: Workers) {
    guard var branch, var magnitude = branch.magnitude else { return }
    // The one owner of its buffers, so that they are not copied.
    (self.branch, branch.magnitude) = (nil, nil)
    if bias == nil {
      fillRows(&output.elements, with: Array(repeating: 0, count: outputs), rows: x.rows)
    }
    magnitude.product.reshape(rows: x.rows, columns: outputs)
    weight.multiply(branch.leftOver(of: x), into: &magnitude.product.elements, workers)
    if branch.drops { addSpared(x, magnitude.product, workers) }
    branch.forward(x, addingTo: &magnitude.product, workers)
    magnitude.forward(addingTo: &output, weight, branch.factors, workers)
    branch.magnitude = magnitude
    self.branch = branch
  }

  /// y += x Wᵀ - x̃ Wᵀ, the latter being `dropped`.
  private mutating func addSpared(
    _ x: Matrix<Scalar>, _ dropped: Matrix<Scalar>, _ workers: Workers
  ) {
    weight.multiply(x, into: &output.elements, beta: 1, workers)
    addScaledColumns(
      dropped.elements, factors: Array(repeating: -1, count: outputs), to: &output.elements,
      rows: x.rows)
  }

  /// Writes the gradients of what is trained, and dx [B, in] unless nothing below needs it.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, into dx: inout Matrix<Scalar>, wantsInput: Bool,
    _ workers: Workers
  ) {
    // y = b:  db = Σ over rows of dy
    if bias?.isTrained == true {
      bias?.apply { columnSums(dy.elements, into: &$0.gradient, rows: dy.rows) }
    }
    // y += (m / n)∘v:  dv
    branch?.magnitude?.backward(dy)
    backwardProducts(
      branch?.magnitude?.dProduct ?? dy, x: x, into: &dx, wantsInput: wantsInput, workers)
    if wantsInput, let branch, let magnitude = branch.magnitude, branch.drops {
      respread(dy, magnitude.dProduct, branch, into: &dx, workers)
    }
  }

  // y += x Wᵀ - x̃ Wᵀ, v = x̃ Wᵀ, x̃ = x∘f:  dx += dy W + ((dv - dy) W)∘f in place of dv W
  private func respread(
    _ dy: Matrix<Scalar>, _ dv: Matrix<Scalar>, _ branch: LowRankBranch<Scalar>,
    into dx: inout Matrix<Scalar>, _ workers: Workers
  ) {
    var difference = dy
    addScaledColumns(
      dv.elements, factors: Array(repeating: -1, count: outputs), to: &difference.elements,
      rows: dy.rows)
    // (dy - dv) W
    var spread = Matrix<Scalar>(rows: dy.rows, columns: inputs)
    weight.multiplyBack(difference, into: &spread.elements, workers)
    for index in 0..<spread.count {
      dx.elements[index] += spread.elements[index] * (1 - branch.factorsOfMask[index])
    }
  }

  /// The part below the bias and the magnitudes, where `dy` is the gradient of the two products' sum.
  private mutating func backwardProducts(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, into dx: inout Matrix<Scalar>, wantsInput: Bool,
    _ workers: Workers
  ) {
    // y += x Wᵀ:  dx = dy W
    if wantsInput {
      dx.reshape(rows: dy.rows, columns: inputs)
      weight.multiplyBack(dy, into: &dx.elements, workers)
    }
    // y += s·(x Aᵀ) Bᵀ
    branch?.backward(dy, x: x, addingTo: &dx, wantsInput: wantsInput, workers)
    // y += x Wᵀ:  dW = dyᵀ x
    if weight.isTrained {
      matmulTN(
        dy.elements, x.elements, into: &weight.gradient,
        Product(m: outputs, n: inputs, k: dy.rows, workers: workers))
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
