import Kernels
import Testing

@Suite struct LossTests {
  @Test func `large logits neither overflow nor lose the loss`() {
    let logits: [Float] = [1000, 0, -1000, 0, 1000, 0]
    var p = logits
    softmax(logits, into: &p, rows: 2, columns: 3)
    #expect(p == [1, 0, 0, 0, 1, 0])
    var gradient = logits
    let loss = softmaxCrossEntropy(logits, labels: [2, 1], columns: 3, gradient: &gradient)
    #expect(loss == 1000)
    #expect(gradient == [0.5, 0, -0.5, 0, 0, 0])
  }

  @Test(arguments: [0, 1, 7, 8, 9, 1000])
  func `a sum of squares is that`(count: Int) {
    let x = (0..<count).map { Float($0 % 13) - 6 }
    #expect(sumOfSquares(x) == x.reduce(0.0) { $0 + Double($1 * $1) })
  }

  @Test(arguments: [1, 5, 16, 17, 1000], InstructionSet.available)
  func `a sum along a row has sixteen parts`(count: Int, instructions: InstructionSet) {
    let narrow: [Float] = denseNumbers(count, seed: count, corners: false)
    let wide: [Double] = denseNumbers(count, seed: count, corners: false)
    #expect(
      sumOfSquares(narrow, using: instructions)
        == naiveRowSum(narrow.map { Double($0) * Double($0) }))
    #expect(sumOfSquares(wide, using: instructions) == naiveRowSum(wide.map { $0 * $0 }))
    #expect(sumOfSquares(narrow + [.infinity], using: instructions) == .infinity)
    #expect(sumOfSquares(narrow + [.nan], using: instructions).isNaN)
  }

  private static let shapes = [(1, 1), (2, 3), (70, 10), (3, 16), (5, 150)]

  @Test(arguments: shapes, InstructionSet.available)
  func `softmax and cross-entropy are as defined`(
    shape: (rows: Int, columns: Int), instructions: InstructionSet
  ) {
    checkClasses(Float.self, shape, instructions)
    checkClasses(Double.self, shape, instructions)
  }

  private func checkClasses<Scalar: DenseScalar>(
    _: Scalar.Type, _ shape: (rows: Int, columns: Int), _ instructions: InstructionSet
  ) {
    let (rows, columns) = shape
    let logits: [Scalar] = denseNumbers(rows * columns, seed: rows, corners: columns == 16)
    let labels = ClassLabels(
      (0..<rows).map { $0 % 7 == 3 ? -1 : Int32($0 % columns) }, classes: columns,
      weights: (0..<columns).map { 0.5 + Double($0) / 7 })
    let divisor = labels.totalWeight
    var (p, gradient) = (logits, logits)
    softmax(logits, into: &p, rows: rows, columns: columns, using: instructions)
    var (losses, alone) = (BlockSum<Double>(columns: 1), BlockSum<Double>(columns: 1))
    addCrossEntropy(
      logits, labels, divisor: divisor, gradient: &gradient, to: &losses, using: instructions)
    addCrossEntropy(logits, labels, to: &alone, using: instructions)
    var twins: [Double] = []
    for row in 0..<rows {
      let place = row * columns..<(row + 1) * columns
      let z = Array(logits[place])
      let (largest, terms, sum) = naiveExponentials(z)
      #expect(
        p[place].map(\.pattern) == terms.map { Scalar(Double($0) * (1 / sum)).canonical.pattern })
      let label = Int(labels.labels[row])
      guard label >= 0, let weight = labels.weights?[label] else {
        #expect(gradient[place].allSatisfy { $0 == 0 })
        twins.append(0)
        continue
      }
      var expected = terms.map { Scalar(Double($0) * (weight / (sum * divisor))).canonical }
      expected[label] -= Scalar(weight / divisor)
      #expect(gradient[place].map(\.pattern) == expected.map(\.pattern))
      let logSum = Double.evaluate(.log, sum)
      twins.append((weight * (logSum + Double(largest) - Double(z[label]))).canonical)
    }
    let total: Double = naiveBlockSum(rows) { $0 + twins[$1] }
    #expect(losses.total.pattern == total.pattern && alone.total.pattern == total.pattern)
  }

  @Test(arguments: shapes, InstructionSet.available)
  func `the squared error is as defined`(
    shape: (rows: Int, columns: Int), instructions: InstructionSet
  ) {
    let (rows, columns) = shape
    let y: [Float] = denseNumbers(rows * columns, seed: 4, corners: columns == 16)
    let target: [Float] = denseNumbers(rows * columns, seed: 5, corners: false)
    var gradient = y
    var losses = BlockSum<Double>(columns: 1)
    addSquaredError(
      y, target: target, divisor: 12, gradient: &gradient, to: &losses, rows: rows,
      columns: columns, using: instructions)
    let differences = zip(y, target).map { Double($0) - Double($1) }
    #expect(
      gradient.map(\.bitPattern)
        == differences.map { Float($0 * (2.0 / 12)).canonical.bitPattern })
    let total: Double = naiveBlockSum(rows) { sum, row in
      sum + naiveRowSum(differences[row * columns..<(row + 1) * columns].map { $0 * $0 })
    }
    #expect(losses.total.pattern == total.pattern)
  }

  @Test(arguments: [1, 2, 3])
  func `threads and portions of rows do not change a bit`(threads: Int) {
    let (rows, columns) = (150, 2000)
    let logits: [Float] = denseNumbers(rows * columns, seed: 6, corners: false)
    let labels = (0..<rows).map { Int32($0 * 13) }
    var whole = logits
    let loss = softmaxCrossEntropy(logits, labels: labels, columns: columns, gradient: &whole)
    #expect(softmaxCrossEntropy(logits, labels: labels, columns: columns) == loss)
    var losses = BlockSum<Double>(columns: 1)
    var parts: [Float] = []
    for range in [0..<40, 40..<47, 47..<rows] {
      var gradient = Array(logits[range.lowerBound * columns..<range.upperBound * columns])
      addCrossEntropy(
        gradient, ClassLabels(Array(labels[range]), classes: columns), divisor: Double(rows),
        gradient: &gradient, to: &losses, workers: Workers(count: threads))
      parts += gradient
    }
    #expect(losses.total / Double(rows) == loss && parts == whole)
  }
}
