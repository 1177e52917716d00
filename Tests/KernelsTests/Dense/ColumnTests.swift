import Kernels
import Testing

@Suite struct ColumnTests {
  @Test func `biases fill the rows that there are`() {
    var y: [Float] = [.nan, 2, 3, 4, 5, 6, 7]
    fillRows(&y, with: [10, 20, 30], rows: 2)
    #expect(y == [10, 20, 30, 10, 20, 30, 7])
  }

  @Test(arguments: [(1, 1), (3, 7), (5, 40)], InstructionSet.available)
  func `a scaled column is added in one rounding`(
    shape: (rows: Int, columns: Int), instructions: InstructionSet
  ) {
    let (rows, columns) = shape
    let v: [Float] = denseNumbers(rows * columns, seed: 1)
    let y: [Float] = denseNumbers(rows * columns, seed: 2)
    let factors: [Float] = denseNumbers(columns, seed: 3, corners: false)
    var sums = y
    addScaledColumns(v, factors: factors, to: &sums, rows: rows, using: instructions)
    for (index, sum) in sums.enumerated() {
      let twin = y[index].addingProduct(factors[index % columns], v[index]).canonical
      #expect(sum.bitPattern == twin.bitPattern)
    }
  }
}
