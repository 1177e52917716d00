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
    package fileprivate(set) var logits = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  func forward(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    projection.forward(x, &memory.projection, pass)
    memory.logits = memory.projection.output
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

  // z = cap·tanh(m / cap·v):  dv = m·dz·(1 - tanh²)
  mutating func backward(
    _ dz: inout Matrix<Scalar>, x: Matrix<Scalar>, _ flow: inout GradientFlow<Scalar>,
    _ memory: inout Memory, _ pass: Pass
  ) {
    if cap != nil {
      activateBackward(
        .tanh, z: memory.inner, y: memory.bounded, &dz.elements, count: dz.count,
        workers: pass.workers)
    }
    if multiplier != 1 { dz.scale(by: multiplier) }
    swap(&flow.above, &dz)
    projection.backward(&flow, x: x, &memory.projection, pass)
    swap(&flow.above, &dz)
  }
}

extension Matrix {
  /// self = factor·self.
  mutating func scale(by factor: Double) {
    let factors = [Scalar](repeating: Scalar(factor), count: columns)
    set(self, times: factors)
  }
}
