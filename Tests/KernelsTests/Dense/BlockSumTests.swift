import Kernels
import Testing

@Suite struct BlockSumTests {
  private static let shapes = [
    (0, 3), (1, 1), (63, 2), (64, 5), (65, 16), (128, 17), (129, 64), (320, 75), (450, 131),
  ]

  @Test(arguments: shapes, InstructionSet.available)
  func `rows are summed in blocks, and blocks along a tree`(
    shape: (rows: Int, columns: Int), instructions: InstructionSet
  ) {
    checkSums(Float.self, shape, instructions)
    checkSums(Double.self, shape, instructions)
  }

  private func checkSums<Scalar: DenseScalar>(
    _: Scalar.Type, _ shape: (rows: Int, columns: Int), _ instructions: InstructionSet
  ) {
    let (rows, columns) = shape
    let a: [Scalar] = denseNumbers(rows * columns, seed: rows, corners: rows % 2 == 1)
    let b: [Scalar] = denseNumbers(rows * columns, seed: rows + 1, corners: false)
    var sums = [Scalar](repeating: .nan, count: columns)
    var sum = BlockSum<Scalar>(columns: columns, using: instructions)
    sum.add(a, rows: rows)
    sum.total(into: &sums)
    var dots = sums
    var dot = BlockSum<Scalar>(columns: columns, using: instructions)
    dot.addProducts(a, b, rows: rows)
    dot.total(into: &dots)
    for column in 0..<columns {
      let sum: Scalar = naiveBlockSum(rows) { $0 + a[$1 * columns + column] }
      #expect(sums[column].pattern == sum.pattern)
      let dot: Scalar = naiveBlockSum(rows) {
        $0.addingProduct(a[$1 * columns + column], b[$1 * columns + column])
      }
      #expect(dots[column].pattern == dot.pattern)
    }
  }

  @Test(arguments: [
    [450], [1, 449], [64, 64, 322], [63, 2, 385], Array(repeating: 9, count: 50),
  ])
  func `a sum does not depend on how its rows are portioned`(portions: [Int]) {
    let columns = 21
    let a: [Float] = denseNumbers(450 * columns, seed: 1, corners: false)
    var whole = [Float](repeating: 0, count: columns)
    var atOnce = BlockSum<Float>(columns: columns)
    atOnce.add(a, rows: 450)
    atOnce.total(into: &whole)
    var (sum, first) = (BlockSum<Float>(columns: columns), 0)
    for rows in portions {
      sum.add(Array(a[first * columns..<(first + rows) * columns]), rows: rows)
      first += rows
    }
    var total = whole
    sum.total(into: &total)
    #expect(sum.rows == 450 && total == whole)
  }
}
