import Kernels
import Testing

/// Decompositions put together again, over shapes that are wide, tall, square and thin.
@Suite struct FactorsTests {
  private static let shapes = [
    [1, 1], [1, 7], [7, 1], [5, 5], [9, 4], [4, 9], [40, 33], [33, 200],
  ]

  @Test(arguments: shapes)
  func `singular factors multiply to the matrix, and their vectors are orthonormal`(
    _ shape: [Int]
  ) throws {
    let (rows, columns, k) = (shape[0], shape[1], shape.min() ?? 0)
    let matrix = seededNumbers(rows * columns)
    let found = try #require(singularFactors(of: matrix, rows: rows, columns: columns))
    let scaled = (0..<rows * k).map { found.left[$0] * found.values[$0 % k] }
    expectNear(product(scaled, found.right, rows, k, columns), matrix)
    expectNear(product(transposed(found.left, rows, k), found.left, k, rows, k), identity(k))
    expectNear(
      product(found.right, transposed(found.right, k, columns), k, columns, k), identity(k))
    #expect(found.values == found.values.sorted(by: >) && found.values.allSatisfy { $0 >= 0 })
    let alone = try #require(singularValues(of: matrix, rows: rows, columns: columns))
    expectNear(alone, found.values)
  }

  @Test(arguments: shapes)
  func `orthogonal factors multiply to the matrix, and r is upper triangular`(_ shape: [Int]) {
    let (rows, columns, k) = (shape[0], shape[1], shape.min() ?? 0)
    let matrix = seededNumbers(rows * columns)
    let (q, r) = orthogonalFactors(of: matrix, rows: rows, columns: columns)
    expectNear(product(q, r, rows, k, columns), matrix)
    expectNear(product(transposed(q, rows, k), q, k, rows, k), identity(k))
    #expect((0..<k).allSatisfy { row in (0..<row).allSatisfy { r[row * columns + $0] == 0 } })
  }

  @Test(arguments: shapes)
  func `row factors multiply to the block, and the triangle alone is theirs`(_ shape: [Int]) {
    let (count, length, k) = (shape[0], shape[1], shape.min() ?? 0)
    let block = seededNumbers(count * length)
    let factors = rowFactors(of: block, count: count, length: length)
    #expect(factors.k == k)
    expectNear(product(factors.lower, factors.rows, count, k, length), block)
    expectNear(
      product(factors.rows, transposed(factors.rows, k, length), k, length, k), identity(k))
    #expect(rowTriangle(of: block, count: count, length: length) == factors.lower)
  }

  @Test(arguments: [Double.nan, .infinity])
  func `a matrix that is not finite has no decomposition`(value: Double) {
    let matrix = [1, 2, value, 4, 5, 6]
    #expect(singularValues(of: matrix, rows: 2, columns: 3) == nil)
    #expect(singularFactors(of: matrix, rows: 3, columns: 2) == nil)
  }

  @Test func `the library is loaded once, and says what it is`() throws {
    let lapack = try LAPACK.open()
    #expect(!lapack.name.isEmpty)
    #expect(try LAPACK.open().name == lapack.name)
  }

  @Test(arguments: [
    (InstructionSet.avx512, "SkylakeX" as String?), (.avx2, "Haswell"), (.portable, nil),
    (.neon, nil),
  ])
  func `OpenBLAS is told the processor by its instruction set`(set: InstructionSet, name: String?) {
    #expect(LAPACK.coreType(for: set) == name)
    if let name { #expect(!LAPACK.isOutdated(coreName: name, for: set)) }
  }

  @Test(arguments: [
    ("Prescott", InstructionSet.avx512, true), ("Prescott", .avx2, true), ("Nehalem", .avx2, true),
    ("Sandybridge", .avx2, true), ("Prescott", .portable, false), ("Haswell", .avx512, false),
    ("Zen", .avx2, false), ("Cooperlake", .avx512, false), ("generic", .avx2, true),
    ("armv8", .neon, false), ("NEOVERSEN1", .neon, false), ("a core of 2030", .avx512, false),
  ])
  func `kernels from before AVX2 are known as such`(
    name: String, set: InstructionSet, isOutdated: Bool
  ) {
    #expect(LAPACK.isOutdated(coreName: name, for: set) == isOutdated)
  }
}

private func seededNumbers(_ count: Int) -> [Double] {
  var numbers = SeededNumbers(seed: count)
  return (0..<count).map { _ in numbers.normal() }
}

private func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
  (0..<m * n).map { index in
    (0..<k).reduce(0) { $0 + a[index / n * k + $1] * b[$1 * n + index % n] }
  }
}

private func transposed(_ a: [Double], _ rows: Int, _ columns: Int) -> [Double] {
  (0..<rows * columns).map { a[$0 % rows * columns + $0 / rows] }
}

private func identity(_ k: Int) -> [Double] { (0..<k * k).map { $0 / k == $0 % k ? 1 : 0 } }

private func expectNear(
  _ found: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  let error = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
  #expect(error < 1e-12, sourceLocation: sourceLocation)
}
