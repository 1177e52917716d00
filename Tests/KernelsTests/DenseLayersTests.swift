import Kernels
import Testing

@Suite struct DenseLayersTests {
  /// Values of torch 2.13 in float64: `relu`, `gelu`, `silu`, `tanh` of -1.5, -0.25, 0, 0.5 and 3.
  @Test(arguments: [
    (Activation.relu, [0, 0, 0, 0.5, 3]),
    (
      .gelu,
      [-0.10021080190328704, -0.10032341857926907, 0, 0.34573123063700656, 2.99595030590511]
    ),
    (
      .silu,
      [-0.2736382857095345, -0.10945587477855048, 0, 0.3112296656009273, 2.8577223804672998]
    ),
    (
      .tanh,
      [-0.9051482536448664, -0.24491866240370913, 0, 0.46211715726000974, 0.9950547536867305]
    ),
  ])
  func `an activation has its defined values`(activation: Activation, expected: [Double]) {
    let z = [-1.5, -0.25, 0, 0.5, 3]
    var y = Array(repeating: 0.0, count: 5)
    activate(activation, z, into: &y, count: 5, workers: .one)
    for (got, value) in zip(y, expected) { #expect(abs(got - value) <= 4.5e-16) }
  }

  @Test(arguments: Activation.allCases)
  func `a NaN stays one`(activation: Activation) {
    var y: [Float] = [0]
    activate(activation, [.nan], into: &y, count: 1, workers: .one)
    #expect(y[0].isNaN)
  }

  @Test(arguments: Activation.allCases, [1, 2, 3])
  func `threads do not change an element`(activation: Activation, threads: Int) {
    let count = 200_003
    let z = (0..<count).map { Float($0 % 1001) / 100 - 5 }
    var (one, several) = (z, z)
    activate(activation, z, into: &one, count: count, workers: .one)
    activate(activation, z, into: &several, count: count, workers: Workers(count: threads))
    #expect(one == several)
    var (dOne, dSeveral) = (z, z)
    activateBackward(activation, z: z, y: one, &dOne, count: count, workers: .one)
    activateBackward(
      activation, z: z, y: one, &dSeveral, count: count, workers: Workers(count: threads))
    #expect(dOne == dSeveral)
  }

  @Test func `biases fill the rows and columns are summed back`() {
    var y: [Float] = [.nan, 2, 3, 4, 5, 6, 7]
    fillRows(&y, with: [10, 20, 30], rows: 2)
    #expect(y == [10, 20, 30, 10, 20, 30, 7])
    var sums: [Float] = [.nan, 0, 0]
    columnSums(y, into: &sums, rows: 2)
    #expect(sums == [20, 40, 60])
  }

  @Test(arguments: [0, 1, 7, 8, 9, 1000])
  func `a sum of squares is that`(count: Int) {
    let x = (0..<count).map { Float($0 % 13) - 6 }
    #expect(sumOfSquares(x) == x.reduce(0.0) { $0 + Double($1 * $1) })
  }

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
}
