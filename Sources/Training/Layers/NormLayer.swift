import Kernels
import Tensors

/// A normalization of each row, or of each head of it, with its weights.
package struct NormLayer<Scalar: DenseScalar>: Sendable {
  /// What stands before `.weight` in the file.
  package let module: String
  package let kind: Norm<Scalar>.Kind
  package let epsilon: Double
  /// [width]; none where the norm has no weight.
  package internal(set) var weight: NetworkTensor<Scalar>?
  /// [width].
  package internal(set) var bias: NetworkTensor<Scalar>?

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    /// y, rows without gaps.
    package fileprivate(set) var output = Matrix<Scalar>(rows: 0, columns: 0)
    fileprivate var statistics = Norm<Scalar>.Memory()

    package init() {}
  }

  package init(
    module: String, kind: Norm<Scalar>.Kind, epsilon: Double, weight: NetworkTensor<Scalar>?,
    bias: NetworkTensor<Scalar>?
  ) {
    (self.module, self.kind, self.epsilon) = (module, kind, epsilon)
    (self.weight, self.bias) = (weight, bias)
  }

  package var isTrained: Bool { (weight?.isTrained ?? false) || (bias?.isTrained ?? false) }

  private var norm: Norm<Scalar> {
    Norm(kind, epsilon: epsilon, weight: weight?.values, bias: bias?.values)
  }

  /// y = norm(x), of the heads of x that lie at `place`; of whole rows when nil.
  package func forward(
    _ x: Matrix<Scalar>, at place: HeadPlace? = nil, _ memory: inout Memory, _ pass: Pass
  ) {
    let place = place ?? HeadPlace(columns: x.columns)
    memory.output.reshape(rows: x.rows, columns: place.heads * place.dimension)
    norm.forward(
      x.elements, at: place, into: &memory.output.elements, &memory.statistics, rows: x.rows,
      workers: pass.workers)
  }

  /// Takes in the gradients of what is trained, and adds dx to `sum`, or overwrites it.
  package mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, at place: HeadPlace? = nil,
    into sum: inout Matrix<Scalar>, adds: Bool, _ memory: inout Memory, _ pass: Pass
  ) {
    let place = place ?? HeadPlace(columns: x.columns)
    norm.backward(
      dy.elements, x: x.elements, at: place, memory.statistics, into: &sum.elements, adds: adds,
      rows: x.rows, workers: pass.workers)
    guard isTrained else { return }
    addGradients(dy, x: x, at: place, memory, pass)
  }

  // y = n∘w + b:  dw = Σ over rows and heads of dy∘n, db = Σ dy
  private mutating func addGradients(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, at place: HeadPlace, _ memory: Memory, _ pass: Pass
  ) {
    let norm = norm
    var dBias: BlockSum<Scalar>? = bias == nil ? nil : BlockSum(columns: place.dimension)
    weight?.withParameter { parameter in
      parameter.addColumns { sum in
        norm.addGradients(
          dy.elements, x: x.elements, at: place, memory.statistics, rows: x.rows, weight: &sum,
          bias: &dBias)
      }
    }
    bias?.withParameter { parameter in
      parameter.addColumns { $0.add(dy.elements, rows: dy.rows) }
    }
  }

  /// Calls `body` with the weight and the bias, and what they are when they are trained.
  package mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows {
    if var weight = weight.take() {
      defer { self.weight = weight }
      try body(&weight, .whole)
    }
    if var bias = bias.take() {
      defer { self.bias = bias }
      try body(&bias, .whole)
    }
  }

  package mutating func withTrained(_ body: (inout Parameter<Scalar>) throws -> Void) rethrows {
    try weight?.withParameter(body)
    try bias?.withParameter(body)
  }
}
