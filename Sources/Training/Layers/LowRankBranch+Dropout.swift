import Kernels

extension LowRankBranch.Memory {
  /// Whether the last `drop` left anything out.
  var drops: Bool { !mask.isEmpty }

  /// What the last `drop` left of `x`, the matrix that it was given.
  func leftOver(of x: Matrix<Scalar>) -> Matrix<Scalar> { drops ? masked : x }
}

extension LowRankBranch {
  /// x∘f, each f being 0 with the probability `dropout` and 1/(1 - dropout) otherwise.
  func drop(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    memory.mask.removeAll(keepingCapacity: true)
    guard dropout > 0 else { return }
    let kept = Scalar(1 / (1 - dropout))
    for row in 0..<x.rows {
      guard var generator = pass.generator(layer: key, row: row) else { return }
      for _ in 0..<x.columns { memory.mask.append(generator.uniform() < dropout ? 0 : kept) }
    }
    memory.masked.reshape(rows: x.rows, columns: x.columns)
    for index in memory.mask.indices {
      memory.masked.elements[index] = x.elements[index] * memory.mask[index]
    }
  }

  // h = (x∘f) Aᵀ:  dx += (dh A)∘f
  func addMaskedGradient(
    to dx: inout Matrix<Scalar>, rows: Int, _ memory: inout Memory, _ pass: Pass
  ) {
    matmulNN(
      memory.dHidden.elements, down.value, into: &memory.masked.elements,
      Product(m: rows, n: down.shape[1], k: rank, workers: pass.workers))
    for index in memory.mask.indices {
      dx.elements[index] += memory.masked.elements[index] * memory.mask[index]
    }
  }
}
