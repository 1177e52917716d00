import Kernels
import Tensors

/// A tensor of a network's own, frozen or trained.
package enum NetworkTensor<Scalar: DenseScalar>: Sendable {
  case frozen(Weight<Scalar>)
  case trained(Parameter<Scalar>)

  package var name: String {
    switch self {
    case .frozen(let weight): weight.name
    case .trained(let parameter): parameter.name
    }
  }

  package var shape: Shape {
    switch self {
    case .frozen(let weight): weight.shape
    case .trained(let parameter): parameter.shape
    }
  }

  package var isTrained: Bool {
    if case .trained = self { true } else { false }
  }

  /// Whether the numbers are codes' and so stay as they are.
  package var isCoded: Bool {
    if case .frozen(let weight) = self { weight.isCoded } else { false }
  }

  /// All numbers; a copy where they are stored otherwise.
  package var values: [Scalar] {
    switch self {
    case .frozen(let weight): weight.values
    case .trained(let parameter): parameter.value
    }
  }

  /// Numbers of the tensor, however they are kept.
  package var count: Int { shape.elementCount }

  /// Chooses whether the tensor is trained; codes cannot be.
  package mutating func setTrained(_ isTrained: Bool, as role: Parameter<Scalar>.Role) {
    guard isTrained != self.isTrained else { return }
    precondition(!isTrained || !isCoded, "codes cannot be trained")
    self =
      isTrained
      ? .trained(Parameter(name: name, role: role, shape: shape, value: values))
      : .frozen(Weight(name: name, shape: shape, values: values))
  }

  /// Gives the tensor other numbers; it stays frozen or trained.
  package mutating func setValues(_ values: [Scalar]) {
    switch self {
    case .frozen:
      self = .frozen(Weight(name: name, shape: shape, values: values))
    case .trained(let parameter):
      self = .trained(
        Parameter(name: name, role: parameter.role, shape: shape, value: values))
    }
  }

  /// Calls `body` with the parameter in place, if this is one.
  package mutating func withParameter(_ body: (inout Parameter<Scalar>) throws -> Void) rethrows {
    guard case .trained(var parameter) = self else { return }
    // The one owner of its numbers, so that they are not copied.
    self = .frozen(Weight(name: "", shape: [0], values: []))
    defer { self = .trained(parameter) }
    try body(&parameter)
  }
}

// Products of a weight W [out, in].

extension NetworkTensor {
  private var operand: any ProductOperand {
    switch self {
    case .frozen(let weight): weight.operand
    case .trained(let parameter): parameter.value
    }
  }

  /// y [B, out] = x [B, in] Wᵀ, or y += x Wᵀ.
  package func multiply(
    _ x: Matrix<Scalar>, into y: inout [Scalar], accumulates: Bool = false, _ workers: Workers
  ) {
    let product = Product(
      m: x.rows, n: shape[0], k: shape[1], accumulates: accumulates, workers: workers)
    matmulNT(x.elements, operand, into: &y, product)
  }

  /// dx [B, in] = dy [B, out] W, or dx += dy W.
  package func multiplyBack(
    _ dy: Matrix<Scalar>, into dx: inout [Scalar], accumulates: Bool = false, _ workers: Workers
  ) {
    let product = Product(
      m: dy.rows, n: shape[1], k: shape[0], accumulates: accumulates, workers: workers)
    matmulNN(dy.elements, operand, into: &dx, product)
  }

  /// Some rows of a matrix [rows, columns], in their order.
  package func rows(_ indices: [Int32]) -> Matrix<Scalar> {
    var result = Matrix<Scalar>(rows: 0, columns: shape[1])
    result.elements.reserveCapacity(indices.count * shape[1])
    for index in indices {
      let row = Int(index)..<Int(index) + 1
      switch self {
      case .frozen(let weight): result.elements += weight.values(ofRows: row)
      case .trained(let parameter):
        result.elements += parameter.value[row.lowerBound * shape[1]..<row.upperBound * shape[1]]
      }
    }
    return Matrix(columns: shape[1], elements: result.elements)
  }

  /// Calls `body` with all rows in turn, some at a time.
  func forEachPanel(_ body: (_ rows: Range<Int>, _ values: [Scalar]) throws -> Void) rethrows {
    let (outputs, inputs) = (shape[0], shape[1])
    let height = max(1, (1 << 16) / max(1, inputs))
    for start in stride(from: 0, to: outputs, by: height) {
      let rows = start..<min(start + height, outputs)
      switch self {
      case .frozen(let weight): try body(rows, weight.values(ofRows: rows))
      case .trained(let parameter):
        try body(
          rows, Array(parameter.value[rows.lowerBound * inputs..<rows.upperBound * inputs]))
      }
    }
  }

  /// Σ_i W[o, i]² of each row.
  var rowSquares: [Double] {
    var squares: [Double] = []
    forEachPanel { rows, values in
      for row in 0..<rows.count {
        squares.append(sumOfSquares(Array(values[row * shape[1]..<(row + 1) * shape[1]])))
      }
    }
    return squares
  }
}
