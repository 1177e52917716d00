import Kernels
import Testing

@Suite struct TokenLossTests {
  /// A row's loss and gradient as `TokenLoss.h` defines them; `z` are raw logits.
  private func naive<Scalar: DenseScalar>(
    _ logits: [Scalar], _ label: Int, _ cap: Scalar?, weight: Double
  ) -> (loss: Double, gradient: [Scalar]) {
    let z = logits.map { x in cap.map { $0 * .evaluate(.tanh, x * (1 / $0)) } ?? x }
    var (largest, sum) = (-Scalar.infinity, 0.0)
    for first in stride(from: 0, to: z.count, by: 2048) {
      let block = Array(z[first..<min(z.count, first + 2048)])
      let top = block.reduce(largest) { $1 > $0 ? $1 : $0 }
      if top != largest { sum *= Double(Scalar.evaluate(.exp, largest - top)) }
      sum += naiveRowSum(block.map { Double(Scalar.evaluate(.exp, $0 - top)) })
      largest = top
    }
    var gradient = z.map { Scalar(Double(Scalar.evaluate(.exp, $0 - largest)) * (weight / sum)) }
    gradient[label] -= Scalar(weight)
    if let cap {
      gradient = zip(gradient, z).map { d, z in
        let share = z * (1 / cap)
        return d * (1 as Scalar).addingProduct(-share, share)
      }
    }
    let loss = Double.evaluate(.log, sum) + (Double(largest) - Double(z[label]))
    return (loss.canonical, gradient.map(\.canonical))
  }

  @Test(arguments: [nil, 30.0], [1, 17, 2048, 2049, 5000])
  func `every instruction set gives the bits of the naive twin`(cap: Double?, vocabulary: Int) {
    check(Float.self, cap, vocabulary)
    check(Double.self, cap, vocabulary)
  }

  private func check<Scalar: DenseScalar>(_: Scalar.Type, _ cap: Double?, _ vocabulary: Int) {
    let labels: [Int32] = [0, -1, Int32(vocabulary - 1), Int32(vocabulary / 2)]
    let logits: [Scalar] = (denseNumbers(4 * vocabulary, seed: 1, corners: false) as [Scalar])
      .map { $0 * 10 }
    for instructions in InstructionSet.available {
      var (loss, z) = (
        TokenLoss<Scalar>(labels: labels, vocabulary: vocabulary, softCap: cap), logits
      )
      loss.add(&z, columns: vocabulary, using: instructions)
      loss.gradient(&z, columns: vocabulary, weight: 0.3, using: instructions)
      for (row, label) in labels.enumerated() {
        let place = row * vocabulary..<(row + 1) * vocabulary
        if label < 0 {
          #expect(loss.losses[row] == 0 && z[place].allSatisfy { $0 == 0 })
          continue
        }
        let twin = naive(
          Array(logits[place]), Int(label), cap.map { Scalar($0) }, weight: 0.3)
        #expect(loss.losses[row].pattern == twin.loss.pattern)
        #expect(z[place].map(\.pattern) == twin.gradient.map(\.pattern))
      }
    }
  }

  @Test(arguments: [nil, 5.0])
  func `portions of columns give the bits of the whole`(cap: Double?) {
    let (rows, vocabulary) = (3, 7000)
    let logits: [Float] = denseNumbers(rows * vocabulary, seed: 2, corners: false)
    let labels: [Int32] = [6999, 2048, 5]
    var (whole, z) = (
      TokenLoss<Float>(labels: labels, vocabulary: vocabulary, softCap: cap), logits
    )
    whole.add(&z, columns: vocabulary)
    whole.gradient(&z, columns: vocabulary, weight: 1)
    func columns(_ range: Range<Int>, of matrix: [Float]) -> [Float] {
      (0..<rows).flatMap {
        matrix[$0 * vocabulary..<($0 + 1) * vocabulary].dropFirst(range.lowerBound).prefix(
          range.count)
      }
    }
    let portions = [0..<2048, 2048..<6144, 6144..<7000]
    var loss = TokenLoss<Float>(labels: labels, vocabulary: vocabulary, softCap: cap)
    var parts = portions.map { columns($0, of: logits) }
    for (index, range) in portions.enumerated() {
      loss.add(&parts[index], first: range.lowerBound, columns: range.count)
    }
    #expect(loss.losses == whole.losses)
    for (index, range) in portions.enumerated() {
      loss.gradient(&parts[index], first: range.lowerBound, columns: range.count, weight: 1)
      #expect(parts[index] == columns(range, of: z))
    }
  }

  @Test(arguments: [nil, 3.0])
  func `a gradient is the slope`(cap: Double?) {
    let (rows, vocabulary) = (3, 9)
    let logits: [Double] = denseNumbers(rows * vocabulary, seed: 3, corners: false)
    func loss(_ logits: [Double]) -> Double {
      var (loss, z) = (TokenLoss<Double>(labels: [4, -1, 0], vocabulary: 9, softCap: cap), logits)
      loss.add(&z, columns: vocabulary)
      return 0.7 * loss.losses.reduce(0, +)
    }
    var (token, z) = (TokenLoss<Double>(labels: [4, -1, 0], vocabulary: 9, softCap: cap), logits)
    token.add(&z, columns: vocabulary)
    token.gradient(&z, columns: vocabulary, weight: 0.7)
    #expect(token.counted == 2)
    expectSlopes(z, of: loss, at: logits)
  }

  @Test(arguments: [1, 2, 3, 5, 16])
  func `threads do not change a bit`(threads: Int) {
    let (rows, vocabulary) = (40, 4000)
    let logits: [Float] = denseNumbers(rows * vocabulary, seed: 4, corners: false)
    func results(_ workers: Workers) -> ([Double], [Float]) {
      var z = logits
      var loss = TokenLoss<Float>(
        labels: (0..<rows).map { Int32($0 * 90) }, vocabulary: vocabulary, softCap: 20)
      loss.add(&z, columns: vocabulary, workers: workers)
      loss.gradient(&z, columns: vocabulary, weight: 1, workers: workers)
      return (loss.losses, z)
    }
    #expect(results(Workers(count: threads)) == results(.one))
  }

  @Test(
    arguments: [
      ([1, .nan, 2], true), ([1, .infinity, 2], true),
      ([-.infinity, -.infinity, -.infinity], true),
      ([1, -.infinity, 1], false), ([1e30, 0, 1e30], false),
    ] as [([Float], Bool)])
  func `a loss is NaN where its row has no sum`(row: [Float], isNaN: Bool) {
    var (loss, z) = (TokenLoss<Float>(labels: [0], vocabulary: 3), row)
    loss.add(&z, columns: 3)
    #expect(loss.losses[0].isNaN == isNaN)
    if !isNaN { #expect(abs(loss.losses[0] - 0.6931471805599453) < 1e-12) }
  }

  @Test(arguments: InstructionSet.available)
  func `the largest place is the first of the largest`(instructions: InstructionSet) {
    var row = [Float](repeating: -3, count: 100)
    #expect(largestPlace(in: row, columns: 100, using: instructions) == 0)
    (row[70], row[90], row[20]) = (5, 5, .nan)
    #expect(largestPlace(in: row, columns: 100, using: instructions) == 70)
    #expect(largestPlace(in: row, row: 1, columns: 50, using: instructions) == 20)
    #expect(largestPlace(in: [Float.nan, .nan], columns: 2, using: instructions) == 0)
  }
}
