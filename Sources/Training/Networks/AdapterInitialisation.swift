import Kernels
import Tensors

/// How the factors of a new adapter begin; W' is the weight that is trained beside.
package enum AdapterInitialisation: String, Sendable, CaseIterable {
  /// A uniform in ±1/√in, B = 0: `kaiming_uniform_(a=√5)`, PEFT's default.
  case kaiming
  /// A normal with the deviation 1/rank, B = 0.
  case gaussian
  /// s·BA = the rank largest parts of W's singular value decomposition, W' = W - s·BA.
  /// Source: <https://arxiv.org/abs/2404.02948>.
  case pissa
  /// B, A = the first columns of Q and rows of R, W = QR; W' = W - s·BA.
  /// Source: <https://arxiv.org/abs/2406.01775>.
  case olora
  /// A and B from the even and odd rows of one orthogonal matrix, so that BA = 0; an even rank.
  /// Source: PEFT's `orthogonal_init`.
  case orthogonal
  /// s·BA = the rank largest parts of what quantizing took from the weight, W₀ - W.
  /// Source: <https://arxiv.org/abs/2310.08659>, with the codes as they are, as
  /// `replace_lora_weights_loftq` in PEFT.
  case loftq

  /// Whether the adapter begins as a part of the weight, which is taken out of it.
  package var splitsWeight: Bool { self == .pissa || self == .olora }

  /// Whether a matrix is decomposed for it, so that its last bits are the machine's.
  package var decomposes: Bool { self != .kaiming && self != .gaussian }
}

extension LowRankBranch {
  /// A branch on `linear` that begins as `method` says.
  ///
  /// - Parameters:
  ///   - linear: The layer.
  ///   - sizes: The rank, and s.
  ///   - method: How it begins.
  ///   - original: The weight before it was quantized, for `loftq`.
  ///   - generator: What is drawn.
  /// - Throws: What reading `original` throws.
  @specialized(where Scalar == Float)
  package init(
    on linear: Linear<Scalar>, _ sizes: (rank: Int, scaling: Double),
    method: AdapterInitialisation, original: (any WeightSource)? = nil,
    generator: inout Generator
  ) throws {
    let (rank, scaling) = sizes
    guard method != .kaiming else {
      self.init(on: linear, rank: rank, scaling: scaling, generator: &generator)
      return
    }
    let shape = (outputs: linear.outputs, inputs: linear.inputs)
    let weight = method.splitsWeight ? linear.weight.values.map { Double($0) } : []
    let (down, up) =
      switch method {
      case .pissa: principal(weight, shape, rank: rank, scaling: scaling)
      case .olora: leadingOrthogonal(weight, shape, rank: rank)
      case .orthogonal: disjoint(shape, rank: rank, &generator)
      case .loftq:
        principal(
          try linear.weight.missed(of: original), shape, rank: rank, scaling: scaling)
      case .gaussian, .kaiming:
        (
          (0..<rank * shape.inputs).map { _ in generator.normal() / Double(rank) },
          [Double](repeating: 0, count: shape.outputs * rank)
        )
      }
    self.init(
      module: linear.module, down: down.map { Scalar($0) }, up: up.map { Scalar($0) }, rank: rank,
      scaling: scaling)
  }
}

extension NetworkTensor {
  /// W₀ - W, for a weight `original` of the same shape.
  fileprivate func missed(of original: (any WeightSource)?) throws -> [Double] {
    guard let original else { preconditionFailure("LoftQ begins with the original weight") }
    precondition(original.rowCount == shape[0], "the original weight is [out, in] too")
    var result: [Double] = []
    result.reserveCapacity(count)
    try forEachPanel { rows, values in
      let panel = try original.rows(rows)
      let wanted: [Double] = panel.values(ofRows: 0..<panel.rows)
      for index in wanted.indices { result.append(wanted[index] - Double(values[index])) }
    }
    return result
  }
}

/// √(values / s) on both sides of the largest singular directions.
private func principal(
  _ weight: [Double], _ shape: (outputs: Int, inputs: Int), rank: Int, scaling: Double
) -> (down: [Double], up: [Double]) {
  let (outputs, inputs) = shape
  guard let factors = singularFactors(of: weight, rows: outputs, columns: inputs) else {
    return (
      [Double](repeating: 0, count: rank * inputs), [Double](repeating: 0, count: outputs * rank)
    )
  }
  let roots = factors.values.prefix(rank).map { ($0 / scaling).squareRoot() }
  let k = min(outputs, inputs)
  return (
    (0..<rank * inputs).map { factors.right[$0] * roots[$0 / inputs] },
    (0..<outputs * rank).map { factors.left[$0 / rank * k + $0 % rank] * roots[$0 % rank] }
  )
}

private func leadingOrthogonal(
  _ weight: [Double], _ shape: (outputs: Int, inputs: Int), rank: Int
) -> (down: [Double], up: [Double]) {
  let (outputs, inputs) = shape
  let (q, r) = orthogonalFactors(of: weight, rows: outputs, columns: inputs)
  let k = min(outputs, inputs)
  return (
    Array(r.prefix(rank * inputs)),
    (0..<outputs * rank).map { q[$0 / rank * k + $0 % rank] }
  )
}

/// A = (G Qₒ)ᵀ/10 and B = H Qₑ/10 with normal G, H and the odd and even rows of an orthogonal Q.
private func disjoint(
  _ shape: (outputs: Int, inputs: Int), rank: Int, _ generator: inout Generator
) -> (down: [Double], up: [Double]) {
  func normals(_ count: Int) -> [Double] { (0..<count).map { _ in generator.normal() } }
  let half = rank / 2
  let q = orthogonalFactors(of: normals(rank * rank), rows: rank, columns: rank).q
  let (g, h) = (normals(shape.inputs * half), normals(shape.outputs * half))
  func part(_ factors: [Double], _ row: Int, _ column: Int, _ offset: Int) -> Double {
    (0..<half).reduce(0) {
      $0 + factors[row * half + $1] * q[(2 * $1 + offset) * rank + column]
    } / 10
  }
  return (
    (0..<rank * shape.inputs).map { part(g, $0 % shape.inputs, $0 / shape.inputs, 0) },
    (0..<shape.outputs * rank).map { part(h, $0 / rank, $0 % rank, 1) }
  )
}
