import Kernels
import Testing

@Suite struct MatrixProductTests {
  enum Layout: CaseIterable { case nn, nt, tn }

  /// The naive twin: C = alpha·op(A)·op(B) + beta·C in f64.
  private func naive(
    _ layout: Layout, _ a: [Double], _ b: [Double], _ c: [Double], _ p: Product
  ) -> [Double] {
    var result = c
    for i in 0..<p.m {
      for j in 0..<p.n {
        var sum = 0.0
        for l in 0..<p.k {
          let x = layout == .tn ? a[l * p.m + i] : a[i * p.k + l]
          let y = layout == .nt ? b[j * p.k + l] : b[l * p.n + j]
          sum += x * y
        }
        result[i * p.n + j] = p.alpha * sum + p.beta * c[i * p.n + j]
      }
    }
    return result
  }

  /// Small whole numbers: every product and sum is exact in f32 too.
  private func numbers(_ count: Int, _ salt: Int) -> [Double] {
    (0..<count).map { Double(($0 &* 7919 &+ salt) % 11 - 5) }
  }

  private func product<Scalar: DenseScalar>(
    _ layout: Layout, _ a: [Double], _ b: [Double], _ c: [Double], _ p: Product,
    as: Scalar.Type
  ) -> [Double] {
    var result = c.map { Scalar($0) }
    let (a, b) = (a.map { Scalar($0) }, b.map { Scalar($0) })
    switch layout {
    case .nn: matmulNN(a, b, into: &result, p)
    case .nt: matmulNT(a, b, into: &result, p)
    case .tn: matmulTN(a, b, into: &result, p)
    }
    return result.map { Double($0) }
  }

  @Test(
    arguments: Layout.allCases,
    [(1, 1, 1), (3, 5, 2), (17, 9, 33), (2, 64, 4), (100, 3, 64)])
  func `a product equals its naive twin`(layout: Layout, size: (m: Int, n: Int, k: Int)) {
    for (alpha, beta) in [(1.0, 0.0), (2.0, 1.0), (-0.5, 0.25)] {
      let p = Product(m: size.m, n: size.n, k: size.k, alpha: alpha, beta: beta)
      let (a, b) = (numbers(p.m * p.k, 1), numbers(p.k * p.n, 2))
      let c = numbers(p.m * p.n, 3)
      let expected = naive(layout, a, b, c, p)
      #expect(product(layout, a, b, c, p, as: Float.self) == expected)
      #expect(product(layout, a, b, c, p, as: Double.self) == expected)
    }
  }

  /// Sizes that are worth the threads, ragged ones among them.
  @Test(
    arguments: Layout.allCases,
    [(260, 161, 131), (129, 301, 140), (16, 2100, 260), (2100, 16, 260), (200, 200, 211)])
  func `strips on several threads make up the whole`(
    layout: Layout, size: (m: Int, n: Int, k: Int)
  ) {
    let (a, b) = (numbers(size.m * size.k, 1), numbers(size.k * size.n, 2))
    let c = numbers(size.m * size.n, 3)
    let one = Product(m: size.m, n: size.n, k: size.k, alpha: 2, beta: 1)
    let expected = product(layout, a, b, c, one, as: Float.self)
    for threads in [2, 3, 4] {
      let several = Product(
        m: size.m, n: size.n, k: size.k, alpha: 2, beta: 1, workers: Workers(count: threads))
      #expect(product(layout, a, b, c, several, as: Float.self) == expected)
    }
  }

  @Test func `beta 0 does not read what C held`() {
    var c: [Float] = [.nan, .infinity]
    matmulNN([1, 2], [3, 4, 5, 6], into: &c, Product(m: 1, n: 2, k: 2))
    #expect(c == [13, 16])
  }
}
