import Kernels
import Testing

@Suite struct MatrixProductTests {
  enum Form: CaseIterable { case nt, nn, tn }

  /// The naive twin: every element in the order that `MatrixProduct.h` defines.
  private func naive<Scalar: DenseScalar>(
    _ form: Form, _ a: [Scalar], _ b: [Scalar], _ c: [Scalar], _ p: Product
  ) -> [Scalar] {
    func chain(_ i: Int, _ j: Int, _ range: Range<Int>, from start: Scalar) -> Scalar {
      range.reduce(into: start) { sum, k in
        let x = form == .tn ? a[k * p.m + i] : a[i * p.k + k]
        sum.addProduct(x, form == .nt ? b[j * p.k + k] : b[k * p.n + j])
      }
    }
    func element(_ i: Int, _ j: Int) -> Scalar {
      let held = c[i * p.n + j]
      if form == .tn, p.accumulates { return chain(i, j, 0..<p.k, from: held) }
      let length = form == .tn ? 64 : 256
      let sums = stride(from: 0, to: p.k, by: length).map {
        chain(i, j, $0..<min(p.k, $0 + length), from: 0)
      }
      if form == .tn { return treeSum(sums[...]) }
      return p.accumulates ? sums.reduce(held, +) : sums.dropFirst().reduce(sums.first ?? 0, +)
    }
    return (0..<p.m * p.n).map { element($0 / p.n, $0 % p.n) }
  }

  /// The balanced tree: the left subtree is the largest power of two that leaves something.
  private func treeSum<Scalar: DenseScalar>(_ sums: ArraySlice<Scalar>) -> Scalar {
    guard sums.count > 1 else { return sums.first ?? 0 }
    var half = 1
    while half * 2 < sums.count { half *= 2 }
    return treeSum(sums.prefix(half)) + treeSum(sums.dropFirst(half))
  }

  private func product<Scalar: DenseScalar>(
    _ form: Form, _ a: [Scalar], _ b: [Scalar], _ c: [Scalar], _ p: Product,
    using instructions: InstructionSet = .best
  ) -> [Scalar] {
    var c = c
    switch form {
    case .nn: matmulNN(a, b, into: &c, p, using: instructions)
    case .nt: matmulNT(a, b, into: &c, p, using: instructions)
    case .tn: matmulTN(a, b, into: &c, p, using: instructions)
    }
    return c
  }

  private func operands<Scalar: DenseScalar>(
    _ p: Product, as: Scalar.Type
  ) -> (a: [Scalar], b: [Scalar], c: [Scalar]) {
    var numbers = SeededNumbers(seed: p.m &* 31 &+ p.n &* 7 &+ p.k)
    func matrix(_ count: Int) -> [Scalar] { (0..<count).map { _ in Scalar(numbers.normal()) } }
    return (matrix(p.m * p.k), matrix(p.n * p.k), matrix(p.m * p.n))
  }

  /// Around the sizes of tiles, chains and blocks, on both sides of each.
  static let sizes: [(m: Int, n: Int, k: Int)] = [
    (1, 1, 1), (1, 33, 5), (3, 5, 2), (7, 16, 64), (13, 31, 65), (14, 32, 128), (15, 33, 255),
    (17, 9, 257), (29, 66, 300), (2, 64, 4), (30, 3, 200), (5, 300, 20), (6, 17, 700),
  ]

  @Test(arguments: Form.allCases, sizes)
  func `every instruction set gives the bits of the naive twin`(
    form: Form, size: (m: Int, n: Int, k: Int)
  ) {
    func check<Scalar: DenseScalar>(_ type: Scalar.Type) {
      for accumulates in [false, true] {
        let k = form == .tn && accumulates ? min(size.k, 64) : size.k
        let p = Product(m: size.m, n: size.n, k: k, accumulates: accumulates)
        let (a, b, c) = operands(p, as: type)
        let expected = naive(form, a, b, c, p)
        for instructions in InstructionSet.available {
          #expect(product(form, a, b, c, p, using: instructions) == expected)
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(arguments: Form.allCases, [(260, 161, 131), (33, 1000, 300), (2100, 16, 260)])
  func `the number of threads changes no bit`(form: Form, size: (m: Int, n: Int, k: Int)) {
    func product(_ threads: Int) -> [Float] {
      let p = Product(m: size.m, n: size.n, k: size.k, workers: Workers(count: threads))
      let (a, b, c) = operands(p, as: Float.self)
      return self.product(form, a, b, c, p)
    }
    let one = product(1)
    for threads in [2, 3, 5, 16] { #expect(product(threads) == one) }
  }

  @Test(arguments: [1, 63, 64, 65, 128, 200, 511])
  func `rows that come in pieces of a block give the bits of the whole block`(rows: Int) {
    let block = min(rows, 64)
    let p = Product(m: 5, n: 37, k: block)
    let (a, b, c) = operands(p, as: Float.self)
    let whole = product(.tn, a, b, c, p)
    for cut in Set([1, block / 3, block / 2, block - 1]) where cut > 0 && cut < block {
      let first = product(
        .tn, Array(a[..<(cut * p.m)]), Array(b[..<(cut * p.n)]), c,
        Product(m: p.m, n: p.n, k: cut))
      let both = product(
        .tn, Array(a[(cut * p.m)...]), Array(b[(cut * p.n)...]), first,
        Product(m: p.m, n: p.n, k: block - cut, accumulates: true))
      #expect(both == whole)
    }
  }

  @Test func `a product that does not accumulate does not read what C held`() {
    for form in Form.allCases {
      let c = product(form, [1, 2], [3, 4], [.nan], Product(m: 1, n: 1, k: 2)) as [Float]
      #expect(c == [11])
    }
  }

  @Test func `nothing summed is 0, and adds nothing`() {
    let held: [Float] = [3, 4]
    #expect(product(.nn, [], [], held, Product(m: 1, n: 2, k: 0)) == [0, 0])
    #expect(product(.nn, [], [], held, Product(m: 1, n: 2, k: 0, accumulates: true)) == held)
  }

  @Test func `what is not finite stays in its row or column`() {
    var (a, b, c) = operands(Product(m: 20, n: 40, k: 30), as: Float.self)
    a[3 * 30 + 4] = .infinity
    b[7 * 30 + 5] = .nan
    c = product(.nt, a, b, c, Product(m: 20, n: 40, k: 30))
    for i in 0..<20 {
      for j in 0..<40 { #expect(c[i * 40 + j].isFinite == (i != 3 && j != 7)) }
    }
  }
}
