import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the updates of two adapters lie to each other on one module.
///
/// All of it through the factors, in O(rank² · (rows + columns)): with D = leftᵀ · right,
/// ⟨D₁, D₂⟩ = Σ (left₁·left₂ᵀ) ∘ (right₁·right₂ᵀ), and the principal angles of two spaces are the
/// arc cosines of the singular values of U₁·U₂ᵀ for orthonormal bases.
///
/// Source: Å. Björck, G. Golub, Numerical methods for computing angles between linear subspaces, 1973.
package struct DeltaOverlap: Sendable {
  /// ‖D₁‖² and ‖D₂‖², squared Frobenius norms.
  package private(set) var squares = (first: 0.0, second: 0.0)
  /// ⟨D₁, D₂⟩.
  package private(set) var product = 0.0
  /// Cosines of the principal angles between the column spaces, what the updates write to, falling.
  package private(set) var columnCosines: [Double] = []
  /// The same between the row spaces, what the updates read.
  package private(set) var rowCosines: [Double] = []
  /// The part of `columnCosines`' and of `rowCosines`' squares that two random spaces would share.
  package private(set) var chance = (columns: 0.0, rows: 0.0)
  /// The rank of D₁ + D₂, beside the ranks of both.
  package private(set) var ranks = (first: 0, second: 0, sum: 0)

  package init() {}

  /// The overlap of two matrices of one size.
  ///
  /// - Throws: When LAPACK finds no singular values, as for factors that are not finite.
  package init(_ first: ThinProduct, _ second: ThinProduct) throws(NoDecomposition) {
    let (left, right) = (try Self.essential(first), try Self.essential(second))
    squares = (left.energy, right.energy)
    ranks = (left.count, right.count, try Self.essential(ThinProduct(sum: [first, second])).count)
    let columns = Self.products(left.left, left.count, right.left, right.count, first.rows)
    let rows = Self.products(left.right, left.count, right.right, right.count, first.columns)
    for i in 0..<left.count {
      for j in 0..<right.count {
        let index = i * right.count + j
        product += left.values[i] * right.values[j] * columns[index] * rows[index]
      }
    }
    columnCosines = try Self.cosines(columns, left.count, right.count)
    rowCosines = try Self.cosines(rows, left.count, right.count)
    let larger = Double(max(left.count, right.count))
    chance = (larger / Double(first.rows), larger / Double(first.columns))
  }

  /// Triples that are more than rounding.
  private static func essential(_ product: ThinProduct) throws(NoDecomposition) -> SingularTriples {
    let triples = try product.decomposed()
    let limit = (triples.values.first ?? 0) * 1e-6
    return triples.truncated(to: triples.values.count { $0 > limit })
  }

  /// X·Yᵀ of vectors that lie one a row.
  private static func products(
    _ x: [Double], _ count: Int, _ y: [Double], _ otherCount: Int, _ length: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: count * otherCount)
    guard !result.isEmpty else { return result }
    matmulNT(x, y, into: &result, Product(m: count, n: otherCount, k: length))
    return result
  }

  private static func cosines(
    _ matrix: [Double], _ rows: Int, _ columns: Int
  ) throws(NoDecomposition) -> [Double] {
    guard !matrix.isEmpty else { return [] }
    guard let values = singularValues(of: matrix, rows: rows, columns: columns) else {
      throw NoDecomposition()
    }
    return values.map { min(1, $0) }
  }

  // MARK: What it says

  /// ⟨D₁, D₂⟩ / (‖D₁‖ · ‖D₂‖); nil where one of them is nothing.
  package var cosine: Double? {
    let norms = (squares.first * squares.second).squareRoot()
    return norms > 0 ? max(-1, min(1, product / norms)) : nil
  }

  /// ‖D₂‖ / ‖D₁‖; nil where the first is nothing.
  package var normRatio: Double? {
    squares.first > 0 ? (squares.second / squares.first).squareRoot() : nil
  }

  /// ‖D₁ + D₂‖ / (‖D₁‖ + ‖D₂‖): 1 when they add up, 0 when they cancel, about 0.71 when they have
  /// nothing to do with each other; nil where both are nothing.
  package var sumShare: Double? {
    let norms = squares.first.squareRoot() + squares.second.squareRoot()
    guard norms > 0 else { return nil }
    return max(0, squares.first + squares.second + 2 * product).squareRoot() / norms
  }

  /// The share of the smaller column space that lies in the other one: the mean of the squared
  /// cosines.
  package var columnShare: Double? { Self.share(columnCosines) }

  /// The same of the row spaces.
  package var rowShare: Double? { Self.share(rowCosines) }

  private static func share(_ cosines: [Double]) -> Double? {
    cosines.isEmpty ? nil : cosines.reduce(0) { $0 + $1 * $1 } / Double(cosines.count)
  }

  /// Principal angles in degrees, rising.
  package static func degrees(_ cosines: [Double]) -> [Double] {
    cosines.map { acos($0) * 180 / .pi }
  }

  /// Counts another matrix in: norms and products add up, angles stay one after the other.
  package mutating func add(_ other: DeltaOverlap) {
    squares.first += other.squares.first
    squares.second += other.squares.second
    product += other.product
    // The mean of chances, weighted by the angles that each is about.
    let (own, more) = (Double(columnCosines.count), Double(other.columnCosines.count))
    if own + more > 0 {
      chance.columns = (chance.columns * own + other.chance.columns * more) / (own + more)
      chance.rows = (chance.rows * own + other.chance.rows * more) / (own + more)
    }
    columnCosines = (columnCosines + other.columnCosines).sorted(by: >)
    rowCosines = (rowCosines + other.rowCosines).sorted(by: >)
    ranks.first += other.ranks.first
    ranks.second += other.ranks.second
    ranks.sum += other.ranks.sum
  }

  /// Counts in what only one of the two has.
  mutating func add(squareOfOne square: Double, isFirst: Bool) {
    if isFirst { squares.first += square } else { squares.second += square }
  }
}

extension SingularTriples {
  /// Σ σ².
  var energy: Double { values.reduce(0) { $0 + $1 * $1 } }
}
