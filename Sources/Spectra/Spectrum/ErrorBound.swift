import Kernels
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a sketch of a matrix proves about all its approximations of some rank.
///
/// With U the left and W the right block of the sketch, C = U·M·Wᵀ and ρ what M·Wᵀ has outside U,
/// M·Mᵀ is in the basis [U, the rest]
///
///     ⎡ C·Cᵀ   Rᵀ ⎤     R = ρ·Cᵀ
///     ⎣ R       H ⎦     β ≥ largest eigenvalue of H
///
/// An eigenvalue λ ≥ θ > β of the whole is one of C·Cᵀ + Rᵀ·(λ − H)⁻¹·R, so the r largest together
/// are at most those of C·Cᵀ + Rᵀ·R / (θ_r − β), where θ_r is the r-th eigenvalue of C·Cᵀ. They are
/// the energy that rank r can keep. What M has outside W but inside U is left out: orth(Z) holds it
/// up to the rounding of one f32 product, and it enters squared.
///
/// Source of the Schur complement bound: R. Mathias, Quadratic residual bounds for the Hermitian
/// eigenvalue problem, 1998.
struct ErrorBound {
  /// The decomposition of M·Wᵀ·W, whose energy is exact.
  let triples: SingularTriples
  private let sketch: Blocks
  private let residual: [Double]
  private let core: [Double]
  private let energy: Double
  private let matrix: DenseMatrix

  /// The two blocks of a sketch, one vector a row, orthonormal.
  struct Blocks {
    let width: Int
    /// [width, rows of the matrix].
    let left: [Double]
    /// [width, columns of the matrix]: orth(left · M).
    let right: [Double]
  }

  /// Computes M·Wᵀ in f64, and all that follows from it.
  init(
    _ matrix: DenseMatrix, _ sketch: Blocks, energy: Double, workers: Workers
  ) throws(NoDecomposition) {
    let (width, m, n) = (sketch.width, matrix.rows, matrix.columns)
    var image = [Double](repeating: 0, count: width * m)
    matmulNT(
      sketch.right, matrix.values, into: &image, Product(m: width, n: m, k: n, workers: workers))
    triples = try Self.decomposition(of: image, sketch, matrix)
    var core = [Double](repeating: 0, count: width * width)
    matmulNT(sketch.left, image, into: &core, Product(m: width, n: width, k: m))
    // What the image has outside U: Y - Cᵀ·U.
    var outside = [Double](repeating: 0, count: width * m)
    matmulTN(core, sketch.left, into: &outside, Product(m: width, n: m, k: width))
    for index in outside.indices { outside[index] = image[index] - outside[index] }
    var residual = [Double](repeating: 0, count: width * m)
    matmulNN(core, outside, into: &residual, Product(m: width, n: m, k: width))
    (self.sketch, self.core, self.residual) = (sketch, core, residual)
    (self.energy, self.matrix) = (energy, matrix)
  }

  /// M·Wᵀ·W for the image Y = W·Mᵀ: Y = L·Q and L = P·diag(s)·T give left T·Q and right Pᵀ·W.
  private static func decomposition(
    of image: [Double], _ sketch: Blocks, _ matrix: DenseMatrix
  ) throws(NoDecomposition) -> SingularTriples {
    let (width, m, n) = (sketch.width, matrix.rows, matrix.columns)
    let factors = rowFactors(of: image, count: width, length: m)
    guard let small = singularFactors(of: factors.lower, rows: width, columns: width) else {
      throw NoDecomposition()
    }
    var left = [Double](repeating: 0, count: width * m)
    var right = [Double](repeating: 0, count: width * n)
    matmulNN(small.right, factors.rows, into: &left, Product(m: width, n: m, k: width))
    matmulTN(small.left, sketch.right, into: &right, Product(m: width, n: n, k: width))
    return SingularTriples(rows: m, columns: n, left: left, values: small.values, right: right)
  }

  /// The most energy that any approximation of rank `rank` keeps; `energy` when nothing is proven.
  ///
  /// - Parameters:
  ///   - rank: At most the sketch's width.
  ///   - outside: At least the largest eigenvalue of H.
  /// - Returns: A squared norm.
  func mostKept(rank: Int, outside: Double) -> Double {
    guard let bounds = squareBounds(rank: rank, outside: outside) else { return energy }
    return min(energy, bounds.prefix(rank).reduce(0, +))
  }

  /// How many of the leading singular values are known to `tolerance`, relatively.
  ///
  /// - Parameters:
  ///   - limit: At most the sketch's width.
  ///   - outside: At least the largest eigenvalue of H.
  ///   - tolerance: How far a value may lie below the true one.
  /// - Returns: A number up to `limit`, and 0 when not even the first is.
  func provenCount(limit: Int, outside: Double, tolerance: Double) -> Int {
    var (proven, unproven) = (0, limit + 1)
    let factor = (1 + tolerance) * (1 + tolerance)
    while unproven - proven > 1 {
      let count = (proven + unproven) / 2
      let isProven =
        squareBounds(rank: count, outside: outside).map { bounds in
          zip(bounds, triples.values).prefix(count).allSatisfy { $0 <= factor * $1 * $1 }
        } ?? false
      if isProven { proven = count } else { unproven = count }
    }
    return proven
  }

  /// Bounds of the squares of the first `rank` singular values; nil when nothing is proven.
  private func squareBounds(rank: Int, outside: Double) -> [Double]? {
    let width = sketch.width
    guard let values = singularValues(of: core, rows: width, columns: width) else { return nil }
    let gap = values[rank - 1] * values[rank - 1] - outside
    guard gap > 0 else { return nil }
    var sum = [Double](repeating: 0, count: width * width)
    matmulNT(residual, residual, into: &sum, Product(m: width, n: width, k: matrix.rows))
    for index in sum.indices { sum[index] /= gap }
    matmulNT(core, core, into: &sum, Product(m: width, n: width, k: width, accumulates: true))
    // Of a symmetric matrix without negative eigenvalues these are its singular values.
    return singularValues(of: sum, rows: width, columns: width)
  }

  /// A certain bound of H's largest eigenvalue: its trace, what is left of the energy.
  var trace: Double {
    max(0, energy - core.reduce(0) { $0 + $1 * $1 })
  }

  /// A closer bound, wrong in less than 2 of 10⁹ cases: powers of H on random vectors.
  ///
  /// For a normal vector x, xᵀ·Hᵏ·x ≥ λᵏ·g² with g normal. Of eight independent g, all are below
  /// 0.1 with the probability (2Φ(0.1) − 1)⁸ = 1.6·10⁻⁹; else λ ≤ (100 · max xᵀ·Hᵏ·x)^(1/k).
  func probed(_ generator: inout Generator, workers: Workers) -> Double {
    let (m, n) = (matrix.rows, matrix.columns)
    var probes = Probes(left: sketch.left.map { Float($0) }, length: m)
    var x = (0..<Probes.count * m).map { _ in Float(generator.normal()) }
    var image = [Float](repeating: 0, count: Probes.count * n)
    for power in stride(from: 1, through: 5, by: 2) {
      guard probes.deflate(&x) else { return 0 }
      matmulNN(
        x, matrix.values, into: &image, Product(m: Probes.count, n: n, k: m, workers: workers))
      probes.note(image, length: n, power: power)
      matmulNT(
        image, matrix.values, into: &x, Product(m: Probes.count, n: m, k: n, workers: workers))
    }
    guard probes.deflate(&x) else { return 0 }
    probes.note(x, length: m, power: 6)
    return probes.bound
  }
}

/// Random vectors on their way through powers of H.
private struct Probes {
  static let count = 8
  /// [width, length], what H leaves out.
  let left: [Float]
  let length: Int
  /// What the vectors were divided by so far, squared, as a logarithm.
  private var scale = 0.0
  private(set) var bound = Double.infinity

  init(left: [Float], length: Int) {
    (self.left, self.length) = (left, length)
  }

  /// Takes out of each vector what lies in `left`, and scales all alike; false when nothing is left.
  mutating func deflate(_ x: inout [Float]) -> Bool {
    let width = left.count / length
    var shares = [Float](repeating: 0, count: Self.count * width)
    matmulNT(x, left, into: &shares, Product(m: Self.count, n: width, k: length))
    matmulNN(
      shares.map { -$0 }, left, into: &x,
      Product(m: Self.count, n: length, k: width, accumulates: true))
    let largest = x.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0, largest.isFinite else { return largest != 0 }
    for index in x.indices { x[index] /= largest }
    scale += 2 * log(Double(largest))
    return true
  }

  /// Lowers the bound by vectors whose squares are xᵀ·Hᵏ·x, up to the scale.
  mutating func note(_ x: [Float], length: Int, power: Int) {
    var most = 0.0
    for probe in 0..<Self.count {
      most = max(most, sumOfSquares(Array(x[(probe * length)..<((probe + 1) * length)])))
    }
    let found = exp((log(100 * most) + scale) / Double(power))
    if found < bound { bound = found }
  }
}
