import Kernels

// The specification of the dense kernels, one number at a time. Only the elementary functions are
// the kernels' own: those are held to the truth by ElementaryFunctionTests.

extension DenseScalar {
  /// The canonical NaN for any.
  var canonical: Self { isNaN ? .nan : self }

  /// The bits, of a Float those of the same number as a Double.
  var pattern: UInt64 { Double(self).bitPattern }

  static func evaluate(_ function: ElementaryFunction, _ x: Self) -> Self {
    function([x], using: .portable)[0]
  }
}

/// Numbers from a bell, and every ninth from the corners of the type.
func denseNumbers<Scalar: DenseScalar>(_ count: Int, seed: Int, corners: Bool = true) -> [Scalar] {
  var numbers = SeededNumbers(seed: seed)
  let special: [Scalar] = [
    0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNormalMagnitude,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, -100, 100, -20, 1e-30,
  ]
  return (0..<count).map { index in
    corners && index % 9 == 4
      ? special[Int(numbers.next() % UInt64(special.count))] : Scalar(numbers.normal() * 2)
  }
}

/// Σ of the terms along a row: sixteen sums, then halves.
func naiveRowSum(_ terms: [Double]) -> Double {
  var sums = [Double](repeating: 0, count: 16)
  for (index, term) in terms.enumerated() { sums[index % 16] += term }
  for half in [8, 4, 2, 1] { for index in 0..<half { sums[index] += sums[index + half] } }
  return sums[0].canonical
}

/// The sum over rows of one column: a chain for each 64 rows, then the balanced tree.
func naiveBlockSum<Scalar: DenseScalar>(
  _ rows: Int, _ extend: (_ sum: Scalar, _ row: Int) -> Scalar
) -> Scalar {
  var blocks = stride(from: 0, to: rows, by: 64).map { first in
    (first..<min(rows, first + 64)).reduce(Scalar(0)) { extend($0, $1) }
  }
  while blocks.count > 1 {
    blocks = stride(from: 0, to: blocks.count, by: 2).map { left in
      left + 1 < blocks.count ? blocks[left] + blocks[left + 1] : blocks[left]
    }
  }
  return (blocks.first ?? 0).canonical
}

/// exp(z - max z) of a row, and their sum.
func naiveExponentials<Scalar: DenseScalar>(_ z: [Scalar]) -> (largest: Scalar, [Scalar], Double) {
  let largest = z.reduce(-Scalar.infinity) { $1 > $0 ? $1 : $0 }
  let terms = z.map { Scalar.evaluate(.exp, $0 - largest) }
  return (largest, terms, naiveRowSum(terms.map { Double($0) }))
}

func naiveActivation<Scalar: DenseScalar>(_ kind: Activation, _ z: Scalar) -> Scalar {
  switch kind {
  case .relu: z < 0 ? 0 : z.canonical
  case .gelu: (z * .evaluate(.normalCDF, z)).canonical
  case .geluTanh: (z * .evaluate(.sigmoid, naiveGate(z).inner)).canonical
  case .silu: (z * .evaluate(.sigmoid, z)).canonical
  case .tanh: .evaluate(.tanh, z)
  }
}

/// 2√(2/π)·(z + 0.044715 z³) and its derivative.
private func naiveGate<Scalar: DenseScalar>(_ z: Scalar) -> (inner: Scalar, slope: Scalar) {
  let twiceRoot = Scalar((8 / Double.pi).squareRoot())
  let inner = twiceRoot * z * (1 as Scalar).addingProduct(z * z, Scalar(0.044715))
  return (inner, twiceRoot * (1 as Scalar).addingProduct(z * z, Scalar(3 * 0.044715)))
}

/// d·f'(z); nil for gelu, whose exp(-z²/2) is not to be had alone.
func naiveDerivative<Scalar: DenseScalar>(
  _ kind: Activation, z: Scalar, y: Scalar, d: Scalar
) -> Scalar? {
  switch kind {
  case .gelu:
    return nil
  case .relu:
    return z > 0 ? d.canonical : 0
  case .geluTanh:
    let near = z.isNaN ? z : max(-64, min(64, z))
    let (inner, slope) = naiveGate(near)
    let s = Scalar.evaluate(.sigmoid, inner)
    return (d * s.addingProduct(near * s * (1 - s), slope)).canonical
  case .silu:
    let s = Scalar.evaluate(.sigmoid, z)
    return (d * s.addingProduct(z * s * (1 - s), 1)).canonical
  case .tanh:
    return (d * (1 - y * y)).canonical
  }
}
