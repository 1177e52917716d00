import Kernels

extension LowRankBranch {
  /// Whether the last `drop` left anything out.
  var drops: Bool { !factorsOfMask.isEmpty }

  /// x∘f, each f being 0 with the probability `dropout` and 1/(1 - dropout) otherwise.
  ///
  /// Without a generator in `mask`, which one call uses up, nothing is left out.
  mutating func drop(_ x: Matrix<Scalar>) {
    guard var generator = mask, dropout > 0 else { return factorsOfMask = [] }
    mask = nil
    let kept = Scalar(1 / (1 - dropout))
    factorsOfMask = (0..<x.count).map { _ in generator.uniform() < dropout ? 0 : kept }
    masked.reshape(rows: x.rows, columns: x.columns)
    for index in factorsOfMask.indices {
      masked.elements[index] = x.elements[index] * factorsOfMask[index]
    }
  }

  /// What the last `drop` left of `x`, the matrix that it was given.
  func leftOver(of x: Matrix<Scalar>) -> Matrix<Scalar> { drops ? masked : x }

  // h = (x∘f) Aᵀ:  dx += (dh A)∘f
  mutating func addMaskedGradient(
    to dx: inout Matrix<Scalar>, rows: Int, _ workers: Workers
  ) {
    let inputs = down.shape[1]
    matmulNN(
      dHidden.elements, down.value, into: &masked.elements,
      Product(m: rows, n: inputs, k: rank, workers: workers))
    for index in factorsOfMask.indices {
      dx.elements[index] += masked.elements[index] * factorsOfMask[index]
    }
  }
}
