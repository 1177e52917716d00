import Kernels
import Testing

@Suite struct LossTests {
  @Test func `large logits neither overflow nor lose the loss`() {
    let logits: [Float] = [1000, 0, -1000, 0, 1000, 0]
    var p = logits
    softmax(logits, into: &p, rows: 2, columns: 3)
    #expect(p == [1, 0, 0, 0, 1, 0])
    var gradient = logits
    var losses = BlockSum<Double>(columns: 1)
    addCrossEntropy(
      logits, ClassLabels([2, 1], classes: 3), divisor: 2, gradient: &gradient, to: &losses)
    #expect(losses.total / 2 == 1000)
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

  @Test(arguments: [1, 2, 5])
  func `a large sum of squares is that of its parts, on any threads`(threads: Int) {
    let part = 1 << 20
    let x: [Float] = denseNumbers(2 * part + 5, seed: 7, corners: false)
    let parts = stride(from: 0, to: x.count, by: part).map {
      sumOfSquares(Array(x[$0..<min(x.count, $0 + part)]))
    }
    #expect(sumOfSquares(x, workers: Workers(count: threads)) == parts[0] + parts[1] + parts[2])
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
      y, target: target, divisor: 12, gradient: &gradient, to: &losses, shape: shape,
      using: instructions)
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
    var (wholeLosses, losses) = (BlockSum<Double>(columns: 1), BlockSum<Double>(columns: 1))
    addCrossEntropy(
      logits, ClassLabels(labels, classes: columns), divisor: Double(rows), gradient: &whole,
      to: &wholeLosses)
    var parts: [Float] = []
    for range in [0..<40, 40..<47, 47..<rows] {
      var gradient = Array(logits[range.lowerBound * columns..<range.upperBound * columns])
      addCrossEntropy(
        gradient, ClassLabels(Array(labels[range]), classes: columns), divisor: Double(rows),
        gradient: &gradient, to: &losses, workers: Workers(count: threads))
      parts += gradient
    }
    #expect(losses.total == wholeLosses.total && parts == whole)
  }

  @Test(arguments: [1, 2, 3])
  func `threads do not change a bit of a squared error`(threads: Int) {
    let shape = (rows: 150, columns: 2000)
    let y: [Float] = denseNumbers(shape.rows * shape.columns, seed: 8, corners: false)
    let target: [Float] = denseNumbers(shape.rows * shape.columns, seed: 9, corners: false)
    var (one, gradient) = (y, y)
    var (onesLosses, losses) = (BlockSum<Double>(columns: 1), BlockSum<Double>(columns: 1))
    addSquaredError(
      y, target: target, divisor: 3, gradient: &one, to: &onesLosses, shape: shape)
    addSquaredError(
      y, target: target, divisor: 3, gradient: &gradient, to: &losses, shape: shape,
      workers: Workers(count: threads))
    #expect(losses.total == onesLosses.total && gradient == one)
  }
}
