import Kernels
import Tensors

extension LowRankBranch.Memory {
  /// Whether the last `drop` left anything out.
  var drops: Bool { masked != nil }

  /// What the last `drop` left of `x`, the matrix that it was given.
  func leftOver(of x: Matrix<Scalar>) -> Matrix<Scalar> { masked ?? x }
}

extension LowRankBranch {
  /// x∘f, each f being 0 with the probability `dropout` and 1/(1 - dropout) otherwise.
  func drop(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    var masked = memory.masked.take()
    guard pass.mask(key, dropout) != nil else { return }
    var left = masked.take() ?? Matrix(rows: 0, columns: 0)
    left.set(x, times: Array(repeating: 1, count: x.columns))
    mask(&left, pass)
    memory.masked = left
  }

  /// Multiplies `matrix` [B, in] with the f of the pass, in place.
  func mask(_ matrix: inout Matrix<Scalar>, _ pass: Pass) {
    guard let mask = pass.mask(key, dropout) else { return }
    Kernels.drop(
      &matrix.elements, mask, rows: pass.places(matrix.rows), columns: matrix.columns,
      workers: pass.workers)
  }

  // h = (x∘f) Aᵀ:  dx += (dh A)∘f
  func addMasked(
    _ dHidden: Matrix<Scalar>, to dx: inout Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    guard var spread = memory.masked.take() else { return }
    matmulNN(
      dHidden.elements, down.value, into: &spread.elements,
      Product(m: dHidden.rows, n: down.shape[1], k: rank, workers: pass.workers))
    mask(&spread, pass)
    dx.add(spread)
    memory.masked = spread
  }
}
