import Kernels
import Tables
import Tensors
import Testing
import Training

/// Gradients of a step whose rows come in portions, against their definition written out.
@Suite struct StepSumTests {
  /// Rows of dy [rows, 3] and x [rows, 5].
  private struct Rows {
    let dy: Matrix<Float>
    let x: Matrix<Float>

    init(_ count: Int) {
      var generator = Generator(seed: UInt64(count))
      func matrix(_ columns: Int) -> Matrix<Float> {
        Matrix(
          columns: columns,
          elements: (0..<count * columns).map { _ in Float(generator.normal()) })
      }
      (dy, x) = (matrix(3), matrix(5))
    }

    /// dyᵀ x: a chain of fused multiply-adds in each block of 64 rows, blocks along a balanced tree.
    func sum(_ row: Int, _ column: Int) -> Float {
      var nodes = stride(from: 0, to: dy.rows, by: 64).map { first in
        (first..<min(dy.rows, first + 64)).reduce(Float(0)) {
          $0.addingProduct(dy[$1, row], x[$1, column])
        }
      }
      while nodes.count > 1 {
        nodes = stride(from: 0, to: nodes.count, by: 2).map {
          $0 + 1 < nodes.count ? nodes[$0] + nodes[$0 + 1] : nodes[$0]
        }
      }
      return nodes[0]
    }
  }

  private func portions(of count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }

  private func take(_ rows: Range<Int>, of matrix: Matrix<Float>) -> Matrix<Float> {
    Matrix(columns: matrix.columns, elements: rows.flatMap { Array(matrix[row: $0]) })
  }

  @Test(
    arguments: [1, 63, 64, 65, 128, 200, 448, 500, 1024],
    [1, 7, 32, 64, 65, 96, 128, 200, 256, 1024])
  func `any portions of a step give the bits of its definition`(count: Int, size: Int) {
    let rows = Rows(count)
    var parameter = Parameter<Float>(
      name: "w", role: .whole, shape: [3, 5], value: Array(repeating: 0, count: 15))
    let expected = (0..<15).map { rows.sum($0 / 5, $0 % 5) }
    // The second step has the memory of the first.
    for step in 0..<2 {
      let pass = Pass.training(Workers(count: 2), seed: 0, step: step)
      for range in portions(of: count, size) {
        let (dy, x) = (take(range, of: rows.dy), take(range, of: rows.x))
        parameter.addProduct(dy, x, pass.over(range, of: count))
      }
      parameter.finishGradient()
      #expect(parameter.gradient == expected)
    }
  }

  @Test(arguments: [1, 7, 64, 100, 300])
  func `sums of rows and of their products do not depend on portions`(size: Int) {
    let (count, ones) = (300, Matrix<Float>(columns: 3, elements: Array(repeating: 1, count: 900)))
    let rows = Rows(count)
    var (sums, dots) = (
      Parameter<Float>(name: "b", role: .bias, shape: [3], value: [0, 0, 0]),
      Parameter<Float>(name: "m", role: .magnitude, shape: [3], value: [0, 0, 0])
    )
    for range in portions(of: count, size) {
      let dy = take(range, of: rows.dy)
      sums.addRows(dy)
      dots.addRowProducts(dy, take(range, of: ones))
    }
    sums.finishGradient()
    dots.finishGradient()
    var whole = [Float](repeating: 0, count: 3)
    var atOnce = BlockSum<Float>(columns: 3)
    atOnce.add(rows.dy.elements, rows: count)
    atOnce.total(into: &whole)
    #expect(sums.gradient == whole && dots.gradient == whole)
  }

  @Test(arguments: [1, 40, 64, 150])
  func `a layer that sees some rows of each portion sums those, and 0 where it sees none`(
    size: Int
  ) {
    let rows = Rows(150)
    var parameter = Parameter<Float>(
      name: "w", role: .whole, shape: [3, 5], value: Array(repeating: 0, count: 15))
    // Portions of 1000 rows, of which the layer sees a few or none.
    let pass = Pass.training(.one, seed: 0, step: 0)
    for (index, range) in portions(of: 150, size).enumerated() {
      let places = 2000 * index..<2000 * index + 1000
      let (dy, x) = (take(range, of: rows.dy), take(range, of: rows.x))
      parameter.addProduct(dy, x, pass.over(places, of: 1_000_000))
    }
    parameter.finishGradient()
    #expect(parameter.gradient == (0..<15).map { rows.sum($0 / 5, $0 % 5) })
    parameter.finishGradient()
    #expect(parameter.gradient.allSatisfy { $0 == 0 })
  }

  @Test func `what two uses of a parameter contribute is added`() {
    let rows = Rows(200)
    var parameter = Parameter<Float>(
      name: "w", role: .whole, shape: [3, 5], value: Array(repeating: 0, count: 15))
    let pass = Pass.training(.one, seed: 0, step: 0)
    for range in portions(of: 200, 70) {
      for use in 0..<2 {
        let (dy, x) = (take(range, of: rows.dy), take(range, of: rows.x))
        parameter.addProduct(dy, x, pass.over(range, of: 200), use: use)
      }
    }
    parameter.finishGradient()
    #expect(parameter.gradient == (0..<15).map { 2 * rows.sum($0 / 5, $0 % 5) })
  }
}

/// Steps taken in portions of their rows.
@Suite struct PortionTests {
  enum Kind: CaseIterable { case full, lora, dora, dropout, doraDropout, biases, values }

  private func trainer(
    _ kind: Kind, rowsAtOnce: Int?, threads: Int
  ) -> Trainer<MultilayerPerceptron<Float>, Batches<Float>> {
    var generator = Generator(seed: 7)
    let outputs = kind == .values ? 2 : 3
    var network = MultilayerPerceptron<Float>(
      sizes: [2, 24, 17, outputs], activation: .gelu, generator: &generator)
    if kind != .full, kind != .values { network.setTrained(false) }
    for linear in network.layers.map(\.linear) where kind != .full && kind != .values {
      if kind == .biases { network.setBiasTrained(true, of: linear.module) }
      let magnitude =
        kind == .dora || kind == .doraDropout ? Magnitude(on: linear) : nil
      var branch = LowRankBranch(on: linear, rank: 4, scaling: 2, generator: &generator)
        .with(magnitude)
      if kind == .dropout || kind == .doraDropout { branch.dropout = 0.3 }
      network.attach(branch, to: linear.module)
    }
    let rows = Spirals().rows
    let features = Matrix<Float>(
      columns: 2, elements: rows.flatMap { [Float($0.x1), Float($0.x2)] })
    let data = Dataset<Float>(
      columns: ["x1", "x2"], target: "label", features: features,
      targets: kind == .values ? .values(features) : .labels(rows.map { Int32($0.label) }))
    var recipe = TrainingRecipe<Float>(
      kind == .values ? .meanSquaredError : .weightedCrossEntropy([1, 2, 3]),
      Adam(weightDecay: 0.01, decoupled: true),
      Schedule(.cosine, rate: 0.01, warmup: 2, steps: 9))
    (recipe.clipNorm, recipe.seed, recipe.rowsAtOnce) = (0.5, 3, rowsAtOnce)
    recipe.workers = Workers(count: threads)
    // 300 rows: a pass is two steps, the last one short.
    return Trainer(
      network, on: Batches(data, size: 200, shuffles: true, generator: generator.fork()),
      by: recipe)
  }

  @Test(arguments: Kind.allCases, [1, 13, 50, 64, 100, 128, 199])
  func `a step in portions has the bits of one at once`(kind: Kind, rowsAtOnce: Int) throws {
    func run(_ rowsAtOnce: Int?, _ threads: Int) throws -> ([TrainingEvent], [[Float]]) {
      var trainer = trainer(kind, rowsAtOnce: rowsAtOnce, threads: threads)
      var events: [TrainingEvent] = []
      try trainer.run { events.append($0) }
      return (events, trainer.network.trained.map(\.value))
    }
    let whole = try run(nil, 1)
    let parts = try run(rowsAtOnce, 3)
    #expect(whole.0 == parts.0)
    #expect(whole.1 == parts.1)
  }
}
