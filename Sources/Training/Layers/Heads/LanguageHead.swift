import Kernels
import Tensors

/// Logits of the next token: z = multiplier·(x Wᵀ + b), then cap·tanh(z / cap) where there is a cap.
///
/// Shapes: x [T, width], W [vocabulary, width], z [T, vocabulary].
package struct LanguageHead<Scalar: DenseScalar>: Sendable {
  /// Its weight is the embedding's where the two are tied.
  package internal(set) var projection: Linear<Scalar>
  package let isTied: Bool
  let multiplier: Double
  let cap: Double?

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    var projection = Linear<Scalar>.Memory()
    /// z / cap before and after tanh.
    var inner: [Scalar] = []
    var bounded: [Scalar] = []
    /// z; the gradient of some in `learn`.
    package internal(set) var logits = Matrix<Scalar>(rows: 0, columns: 0)
    var flow = GradientFlow<Scalar>()

    package init() {}
  }

  /// The memory's logits of x; `rows` are those in place of the projection's own, if any.
  func forward(
    _ x: Matrix<Scalar>, _ rows: TrainedRows<Scalar>?, _ memory: inout Memory, _ pass: Pass
  ) {
    projection.forward(x, into: &memory.logits, &memory.projection, pass)
    rows?.addLogits(of: x, to: &memory.logits, pass)
    let factor = multiplier / (cap ?? 1)
    if factor != 1 { memory.logits.scale(by: factor) }
    guard let cap else { return }
    memory.inner = memory.logits.elements
    memory.bounded = memory.inner
    activate(
      .tanh, memory.inner, into: &memory.bounded, count: memory.logits.count,
      workers: pass.workers)
    memory.logits.elements = memory.bounded
    memory.logits.scale(by: cap)
  }

  // z = cap·tanh(m / cap·v):  dv = m·dz·(1 - tanh²), and dx is the memory's `flow.below`
  mutating func backward(
    _ dz: inout Matrix<Scalar>, x: Matrix<Scalar>, _ rows: inout TrainedRows<Scalar>?,
    _ memory: inout Memory, _ pass: Pass
  ) {
    if cap != nil {
      activateBackward(
        .tanh, z: memory.inner, y: memory.bounded, &dz.elements, count: dz.count,
        workers: pass.workers)
    }
    if multiplier != 1 { dz.scale(by: multiplier) }
    swap(&memory.flow.above, &dz)
    projection.backward(&memory.flow, x: x, &memory.projection, pass)
    rows?.backwardLogits(&memory.flow, x: x, pass)
    swap(&memory.flow.above, &dz)
  }
}

extension LanguageHead {
  /// Takes in what some rows add to the loss and the gradients of a step; dx [rows, width] is then the
  /// memory's `flow.below`, where that goes on.
  ///
  /// The logits become their gradient in place.
  mutating func learn(
    from x: Matrix<Scalar>, _ labels: [Int32], _ rows: inout TrainedRows<Scalar>?,
    _ memory: inout Memory, _ pass: Pass, _ loss: inout StepLoss
  ) {
    projection.forward(x, into: &memory.logits, &memory.projection, pass)
    rows?.addLogits(of: x, to: &memory.logits, pass)
    let columns = memory.logits.columns
    if multiplier != 1 { memory.logits.scale(by: multiplier) }
    var tokens = TokenLoss<Scalar>(labels: labels, vocabulary: columns, softCap: cap)
    tokens.add(&memory.logits.elements, columns: columns, workers: pass.workers)
    loss.add(tokens.losses)
    tokens.gradient(
      &memory.logits.elements, columns: columns, weight: loss.weight, workers: pass.workers)
    if multiplier != 1 { memory.logits.scale(by: multiplier) }
    swap(&memory.flow.above, &memory.logits)
    projection.backward(&memory.flow, x: x, &memory.projection, pass)
    rows?.backwardLogits(&memory.flow, x: x, pass)
    swap(&memory.flow.above, &memory.logits)
  }
}

extension Matrix {
  /// self = factor·self.
  mutating func scale(by factor: Double) {
    let factors = [Scalar](repeating: Scalar(factor), count: columns)
    set(self, times: factors)
  }
}
