import Kernels
import Tables
import Tensors
import Testing
import Training

/// What is drawn in a pass, and what a memory is for.
@Suite struct PassTests {
  private static let features = {
    var generator = Generator(seed: 4)
    return Matrix<Double>(columns: 5, elements: (0..<35).map { _ in generator.normal() })
  }()

  /// 5 → 6 → 3 under branches with dropout.
  private static let network = {
    var generator = Generator(seed: 1)
    var network = MultilayerPerceptron<Double>(
      sizes: [5, 6, 3], activation: .tanh, generator: &generator)
    network.setTrained(false)
    for linear in network.layers.map(\.linear) {
      let up = (0..<2 * linear.outputs).map { _ in generator.normal() }
      let down = (0..<2 * linear.inputs).map { _ in generator.normal() }
      var branch = LowRankBranch(
        module: linear.module, down: down, up: up, rank: 2, scaling: 1.5)
      branch.dropout = 0.4
      network.attach(branch, to: linear.module)
    }
    return network
  }()

  private func outputs(_ rows: Range<Int>, _ pass: Pass) -> [Double] {
    var memory = Self.network.makeMemory()
    let part = Matrix(
      columns: 5, elements: rows.flatMap { Array(Self.features[row: $0]) })
    return Self.network.outputs(
      TableBatch(features: part, targets: .none), &memory, pass
    ).elements
  }

  private func pass(seed: UInt64 = 9, step: Int = 2, firstRow: Int = 0) -> Pass {
    .training(.one, seed: seed, step: step).over(firstRow..<firstRow + 1, of: 100)
  }

  private var wholePass: Pass { .training(.one, seed: 9, step: 2) }

  @Test(arguments: [[7], [1, 6], [3, 2, 2], [1, 1, 1, 1, 1, 1, 1]])
  func `rows draw the same in whatever parts a step is computed`(parts: [Int]) {
    var (first, joined) = (0, [Double]())
    for count in parts {
      joined += outputs(first..<first + count, pass(firstRow: first))
      first += count
    }
    #expect(joined == outputs(0..<7, pass()))
  }

  @Test func `seed, step, row and layer each draw anew, and scoring draws nothing`() {
    let drawn = outputs(0..<7, pass())
    #expect(drawn != outputs(0..<7, .scoring(.one)))
    #expect(drawn != outputs(0..<7, pass(seed: 10)))
    #expect(drawn != outputs(0..<7, pass(step: 3)))
    #expect(drawn != outputs(0..<7, pass(firstRow: 1)))
    #expect(outputs(0..<7, .scoring(.one)) == outputs(0..<7, .scoring(Workers(count: 2))))
  }

  @Test func `gradients do not depend on what a memory held before`() {
    let batch = TableBatch(
      features: Self.features, targets: .labels([0, 1, 2, 0, 1, 2, 0]))
    var (fresh, used) = (Self.network, Self.network)
    fresh.learn(.softmaxCrossEntropy, from: batch, wholePass)
    var memory = used.makeMemory()
    let larger = TableBatch(
      features: Matrix<Double>(columns: 5, elements: Array(repeating: 7, count: 60)),
      targets: .labels(Array(repeating: 2, count: 12)))
    let earlier = Pass.training(.one, seed: 9, step: 1)
    used.learn(.softmaxCrossEntropy, from: larger, &memory, earlier)
    used.learn(.softmaxCrossEntropy, from: batch, &memory, wholePass)
    #expect(fresh.trained.map(\.gradient) == used.trained.map(\.gradient))
  }

  @Test(arguments: [1, 2, 3, 5])
  func `an evaluation is the same on any number of threads`(threads: Int) {
    var generator = Generator(seed: 6)
    let rows = 2500
    let data = Dataset<Double>(
      columns: (0..<5).map { "x\($0)" }, target: "y",
      features: Matrix(columns: 5, elements: (0..<rows * 5).map { _ in generator.normal() }),
      targets: .labels((0..<rows).map { Int32($0 % 3) }))
    let one = Self.network.evaluation(on: data, .softmaxCrossEntropy, .one)
    let many = Self.network.evaluation(
      on: data, .softmaxCrossEntropy, Workers(count: threads))
    #expect(one == many)
  }
}
