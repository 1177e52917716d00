import Kernels
import Spectra
import Tensors
import Testing
import TestSupport

/// Two updates made so that cosine, angles and norms are known.
private struct Pair: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Columns of B and rows of A as multiples of unit vectors: (weight, output, input).
  let first: [(Double, Int, Int)]
  let second: [(Double, Int, Int)]
  let cosine: Double?
  let columnDegrees: [Double]
  let rowDegrees: [Double]
  let sumRank: Int
  let verdict: OverlapVerdict

  static func product(_ parts: [(Double, Int, Int)]) -> ThinProduct {
    let (rows, columns) = (40, 30)
    var left = [Double](repeating: 0, count: parts.count * rows)
    var right = [Double](repeating: 0, count: parts.count * columns)
    for (number, part) in parts.enumerated() {
      left[number * rows + part.1] = part.0
      right[number * columns + part.2] = 1
    }
    return ThinProduct(rank: parts.count, rows: rows, columns: columns, left: left, right: right)
  }
}

private let pairs = [
  Pair(
    testDescription: "the same", first: [(3, 1, 2), (2, 4, 5)], second: [(3, 1, 2), (2, 4, 5)],
    cosine: 1, columnDegrees: [0, 0], rowDegrees: [0, 0], sumRank: 2, verdict: .same),
  Pair(
    testDescription: "the opposite", first: [(3, 1, 2)], second: [(-3, 1, 2)], cosine: -1,
    columnDegrees: [0], rowDegrees: [0], sumRank: 0, verdict: .cancels),
  Pair(
    testDescription: "half of it", first: [(1, 1, 2), (1, 4, 5)], second: [(1, 1, 2), (1, 7, 8)],
    cosine: 0.5, columnDegrees: [0, 90], rowDegrees: [0, 90], sumRank: 3, verdict: .addsUp),
  Pair(
    testDescription: "one output, two inputs", first: [(1, 1, 2)], second: [(1, 1, 3)], cosine: 0,
    columnDegrees: [0], rowDegrees: [90], sumRank: 1, verdict: .sharesDirections),
  Pair(
    testDescription: "nothing in common", first: [(1, 1, 2)], second: [(5, 3, 4)], cosine: 0,
    columnDegrees: [90], rowDegrees: [90], sumRank: 2, verdict: .independent),
  Pair(
    testDescription: "nothing in one", first: [(1, 1, 2)], second: [(0, 3, 4)], cosine: nil,
    columnDegrees: [], rowDegrees: [], sumRank: 1, verdict: .apart),
]

struct DeltaOverlapTests {
  @Test(arguments: pairs)
  private func `cosine, angles and words are those of the construction`(_ pair: Pair) throws {
    let overlap = try DeltaOverlap(Pair.product(pair.first), Pair.product(pair.second))
    if let cosine = pair.cosine {
      #expect(abs(try #require(overlap.cosine) - cosine) < 1e-12)
    } else {
      #expect(overlap.cosine == nil)
    }
    let tolerance = Tolerance(absolute: 1e-5, relative: 0)
    #expect(
      tolerance.complaint(DeltaOverlap.degrees(overlap.columnCosines), pair.columnDegrees) == nil)
    #expect(tolerance.complaint(DeltaOverlap.degrees(overlap.rowCosines), pair.rowDegrees) == nil)
    #expect(overlap.ranks.sum == pair.sumRank)
    #expect(OverlapVerdict(overlap) == pair.verdict)
  }

  /// The law: what the factors give is what the dense matrices give.
  @Test(arguments: 0..<8 as Range<UInt64>)
  func `product and norms are those of the dense matrices`(_ seed: UInt64) throws {
    var generator = Generator(seed: seed)
    func random(_ rank: Int) -> ThinProduct {
      ThinProduct(
        rank: rank, rows: 23, columns: 17, left: (0..<rank * 23).map { _ in generator.normal() },
        right: (0..<rank * 17).map { _ in generator.normal() })
    }
    let (first, second) = (random(3), random(5))
    let overlap = try DeltaOverlap(first, second)
    let (left, right) = (Self.dense(first), Self.dense(second))
    func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let scale = (dot(left, left) * dot(right, right)).squareRoot()
    #expect(abs(overlap.product - dot(left, right)) < 1e-12 * scale)
    #expect(abs(overlap.squares.first - dot(left, left)) < 1e-12 * scale)
    let sum = zip(left, right).map { $0 + $1 }
    let share =
      dot(sum, sum).squareRoot()
      / (dot(left, left).squareRoot() + dot(right, right).squareRoot())
    #expect(abs(try #require(overlap.sumShare) - share) < 1e-12)
  }

  private static func dense(_ product: ThinProduct) -> [Double] {
    var result = [Double](repeating: 0, count: product.rows * product.columns)
    for r in 0..<product.rank {
      for row in 0..<product.rows {
        for column in 0..<product.columns {
          result[row * product.columns + column] +=
            product.left[r * product.rows + row] * product.right[r * product.columns + column]
        }
      }
    }
    return result
  }
}
