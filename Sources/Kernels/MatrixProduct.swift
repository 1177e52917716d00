#if canImport(Accelerate)
  import Accelerate
#endif

/// The sizes and factors of one product C = alpha·op(A)·op(B) + beta·C, C [m, n], summed over k.
package struct Product: Sendable {
  package let m: Int
  package let n: Int
  package let k: Int
  package let alpha: Double
  package let beta: Double
  package let workers: Workers
  /// Whether C is cut alike for any number of threads, so that its bits do not depend on them.
  package var isCutAlike = false

  /// A product; with `beta` 0 what C held is not read.
  package init(
    m: Int, n: Int, k: Int, alpha: Double = 1, beta: Double = 0, workers: Workers = .one
  ) {
    precondition(m >= 0 && n >= 0 && k > 0, "a product of sizes \(m), \(n), \(k)")
    (self.m, self.n, self.k) = (m, n, k)
    (self.alpha, self.beta, self.workers) = (alpha, beta, workers)
  }
}

/// The part of a larger row-major matrix that takes part in a product: the columns from `first` on.
package struct ColumnWindow: Sendable {
  package let first: Int
  /// Columns of the whole matrix.
  package let width: Int

  package init(from first: Int, of width: Int) {
    (self.first, self.width) = (first, width)
  }
}

/// C [m, n] = alpha · A [m, k] · B [k, n] + beta · C, row-major; A may be columns of a wider matrix.
@specialized(where Scalar == Float)
package func matmulNN<Scalar: DenseScalar>(
  _ a: [Scalar], _ b: [Scalar], into c: inout [Scalar], _ product: Product,
  columnsOfA: ColumnWindow? = nil
) {
  multiply(a, b, into: &c, product, layout: .nn, (columnsOfA, nil))
}

/// C [m, n] = alpha · A [m, k] · B [n, k]ᵀ + beta · C, row-major; C may be columns of a wider matrix.
@specialized(where Scalar == Float)
package func matmulNT<Scalar: DenseScalar>(
  _ a: [Scalar], _ b: [Scalar], into c: inout [Scalar], _ product: Product,
  columnsOfC: ColumnWindow? = nil
) {
  multiply(a, b, into: &c, product, layout: .nt, (nil, columnsOfC))
}

/// C [m, n] = alpha · A [k, m]ᵀ · B [k, n] + beta · C, row-major.
@specialized(where Scalar == Float)
package func matmulTN<Scalar: DenseScalar>(
  _ a: [Scalar], _ b: [Scalar], into c: inout [Scalar], _ product: Product
) {
  multiply(a, b, into: &c, product, layout: .tn)
}

/// Which operand lies transposed in memory.
enum GEMMLayout {
  case nn
  case nt
  case tn
}

/// The three matrices of a product, with the layout and leading dimensions of the whole.
@unsafe struct GEMMOperands<Scalar> {
  var a: UnsafePointer<Scalar>
  var b: UnsafePointer<Scalar>
  var c: UnsafeMutablePointer<Scalar>
  let layout: GEMMLayout
  /// Leading dimensions: the distance between rows in memory.
  let lda: Int
  let ldb: Int
  let ldc: Int
}

/// Checks the shapes once, then computes C in strips, one a thread.
///
/// The larger side of C is cut, so that each thread packs its own part of the larger operand. The
/// cuts depend on the sizes and the number of threads alone (or on the sizes only, when they are to
/// be alike); BLAS's own threads stay off.
private func multiply<Scalar: DenseScalar>(
  _ a: [Scalar], _ b: [Scalar], into c: inout [Scalar], _ product: Product,
  layout: GEMMLayout, _ windows: (a: ColumnWindow?, c: ColumnWindow?) = (nil, nil)
) {
  let (m, n, k) = (product.m, product.n, product.k)
  let ofA = windows.a ?? ColumnWindow(from: 0, of: layout == .tn ? m : k)
  let ofC = windows.c ?? ColumnWindow(from: 0, of: n)
  precondition(windows.a.map { $0.first + k <= $0.width } ?? true && ofC.first + n <= ofC.width)
  precondition(
    a.count >= (layout == .tn ? k : m) * ofA.width,
    "A holds \(a.count) elements, \(m) × \(k) are needed")
  precondition(b.count >= k * n, "B holds \(b.count) elements, \(k) × \(n) are needed")
  precondition(c.count >= m * ofC.width, "C holds \(c.count) elements, \(m) × \(n) are needed")
  guard m > 0, n > 0 else { return }
  _ = singleThreadedBLAS
  unsafe a.withUnsafeBufferPointer { a in
    unsafe b.withUnsafeBufferPointer { b in
      unsafe c.withUnsafeMutableBufferPointer { c in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        let operands = unsafe GEMMOperands(
          a: a + ofA.first, b: b, c: c + ofC.first, layout: layout,
          lda: ofA.width, ldb: layout == .nt ? k : n, ldc: ofC.width)
        let parts = strips(of: product)
        product.workers.run(parts) { part in
          let (strip, of) = unsafe strip(part, of: parts, of: product, operands)
          unsafe Scalar.kernels.product(strip, of)
        }
      }
    }
  }
}

/// A strip is worth a thread from about this many multiplications on (some 50 µs).
private let multiplicationsWorthAThread = 2 << 20

private func strips(of product: Product) -> Int {
  let work = product.m * product.n * product.k
  let longSide = max(product.m, product.n)
  if product.isCutAlike {
    return max(1, min(16, work / multiplicationsWorthAThread, longSide / 256))
  }
  return max(1, min(product.workers.count, work / multiplicationsWorthAThread, longSide / 16))
}

/// The `part`-th of `parts` strips of C: its sizes, and pointers to its corners.
private func strip<Scalar>(
  _ part: Int, of parts: Int, of whole: Product, _ operands: GEMMOperands<Scalar>
) -> (Product, GEMMOperands<Scalar>) {
  let byRows = whole.m >= whole.n
  let side = byRows ? whole.m : whole.n
  // Whole vectors of 16: a ragged strip would use the slow edge kernels in its middle.
  let width = (side + parts * 16 - 1) / (parts * 16) * 16
  let start = min(side, part * width)
  let length = min(side, start + width) - start
  var strip = unsafe operands
  if byRows {
    unsafe strip.a += operands.layout == .tn ? start : start * operands.lda
    unsafe strip.c += start * operands.ldc
  } else {
    unsafe strip.b += operands.layout == .nt ? start * operands.ldb : start
    unsafe strip.c += start
  }
  let sizes = Product(
    m: byRows ? length : whole.m, n: byRows ? whole.n : length, k: whole.k,
    alpha: whole.alpha, beta: whole.beta)
  return unsafe (sizes, strip)
}

/// Turns BLAS's own threads off, once: they would wait for each other inside ours.
let singleThreadedBLAS: Void = {
  #if !canImport(Accelerate)
    _ = LAPACK.shared
  #endif
}()

extension GEMMLayout {
  fileprivate var transposesA: CBLAS_TRANSPOSE { self == .tn ? CblasTrans : CblasNoTrans }
  fileprivate var transposesB: CBLAS_TRANSPOSE { self == .nt ? CblasTrans : CblasNoTrans }
}

func sgemm(_ sizes: Product, _ x: GEMMOperands<Float>) {
  guard sizes.m > 0, sizes.n > 0 else { return }
  unsafe cblas_sgemm(
    CblasRowMajor, x.layout.transposesA, x.layout.transposesB,
    .init(sizes.m), .init(sizes.n), .init(sizes.k), Float(sizes.alpha), x.a, .init(x.lda),
    x.b, .init(x.ldb), Float(sizes.beta), x.c, .init(x.ldc))
}

func dgemm(_ sizes: Product, _ x: GEMMOperands<Double>) {
  guard sizes.m > 0, sizes.n > 0 else { return }
  unsafe cblas_dgemm(
    CblasRowMajor, x.layout.transposesA, x.layout.transposesB,
    .init(sizes.m), .init(sizes.n), .init(sizes.k), sizes.alpha, x.a, .init(x.lda),
    x.b, .init(x.ldb), sizes.beta, x.c, .init(x.ldc))
}
