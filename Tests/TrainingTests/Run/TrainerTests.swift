import Kernels
import Tables
import Tensors
import Testing
import Training

@Suite struct TrainerTests {
  /// Spirals in shuffled batches of 32, AdamW with a schedule and clipping: all that has a state.
  private func trainer(
    seed: UInt64 = 7, rate: Double = 0.01, steps: Int = 60, workers: Workers = .one
  ) -> Trainer<MultilayerPerceptron<Float>, Batches<Float>> {
    var generator = Generator(seed: seed)
    var network = MultilayerPerceptron<Float>(
      sizes: [2, 16, 16, 3], activation: .gelu, generator: &generator)
    network.setTrained(false)
    for module in ["0", "2", "4"] {
      let linear = network.layers.map(\.linear).first { $0.module == module }
      guard let linear else { continue }
      network.attach(
        LowRankBranch(on: linear, rank: 4, scaling: 2, generator: &generator), to: module)
    }
    var recipe = TrainingRecipe<Float>(
      .softmaxCrossEntropy, Adam(weightDecay: 0.01, decoupled: true),
      Schedule(.cosine, rate: rate, warmup: 5, steps: steps))
    (recipe.clipNorm, recipe.workers) = (0.5, workers)
    return Trainer(
      network,
      on: Batches(spirals, size: 32, shuffles: true, generator: generator.fork()), by: recipe)
  }

  private var spirals: Dataset<Float> {
    let rows = Spirals().rows
    return Dataset(
      columns: ["x1", "x2"], target: "label",
      features: Matrix(columns: 2, elements: rows.flatMap { [Float($0.x1), Float($0.x2)] }),
      targets: .labels(rows.map { Int32($0.label) }))
  }

  private func losses(_ trainer: inout Trainer<MultilayerPerceptron<Float>, Batches<Float>>) throws
    -> [Double]
  {
    var losses: [Double] = []
    try trainer.run { losses.append($0.loss) }
    return losses
  }

  @Test func `the same seed gives the same bits, another seed others`() throws {
    var (one, same, other) = (trainer(), trainer(), trainer(seed: 8))
    let losses = try losses(&one)
    #expect(try self.losses(&same) == losses)
    #expect(one.network.trained.map(\.value) == same.network.trained.map(\.value))
    #expect(try self.losses(&other) != losses)
  }

  @Test(arguments: 0..<8)
  func `training lowers the loss`(seed: Int) throws {
    var run = trainer(seed: UInt64(seed))
    let losses = try losses(&run)
    let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
    #expect(last < first)
  }

  @Test(arguments: [0, 1, 9, 10, 33, 60])
  func `a resumed run ends in the bits of an uninterrupted one`(stop: Int) throws {
    var whole = trainer()
    let expected = try losses(&whole)
    var first = trainer()
    var begun: [Double] = []
    for _ in 0..<stop { begun.append(try first.advance().loss) }
    var second = trainer()
    second.restore(first.state)
    #expect(begun + (try losses(&second)) == expected)
    #expect(second.network.trained.map(\.value) == whole.network.trained.map(\.value))
    #expect(second.state.optimizer == whole.state.optimizer)
  }

  @Test func `frozen parameters have no gradient and keep their bits`() throws {
    var run = trainer()
    let before = run.network.state.map(\.values)
    _ = try losses(&run)
    #expect(run.network.state.map(\.values) == before)
    #expect(run.network.state.allSatisfy { !$0.isTrained })
    let trained = run.network.trained
    #expect(trained.map(\.name).allSatisfy { $0.contains("lora_") })
    #expect(run.state.optimizer.first.map(\.count) == trained.map(\.value.count))
  }

  @Test func `a loss that is not finite stops the run in its step, before any update`() throws {
    var run = trainer(rate: 1e30)
    var steps = 0
    let error = #expect(throws: TrainingError.self) { try run.run { _ in steps += 1 } }
    let values = run.network.trained.map(\.value)
    switch error {
    case .nonFiniteLoss(let step, _), .nonFiniteGradient(let step, _):
      #expect(step == steps + 1)
      #expect(run.step == steps)
    case nil:
      Issue.record("no error")
    }
    #expect(values == run.network.trained.map(\.value))
  }

  @Test func `a gradient that is not finite names its tensor`() throws {
    var generator = Generator(seed: 0)
    let network = MultilayerPerceptron<Float>(
      sizes: [1, 1], activation: .relu, generator: &generator)
    // The loss (y - 10³⁰)² is finite in f64, and so is dy; dW = dy·x is not in f32.
    let data = Dataset<Float>(
      columns: ["x"], target: "y", features: Matrix(columns: 1, elements: [1e20]),
      targets: .values(Matrix(columns: 1, elements: [1e30])))
    var run = Trainer(
      network, on: Batches(data, size: 1, shuffles: false, generator: generator),
      by: TrainingRecipe(.meanSquaredError, SGD(), Schedule(rate: 1, steps: 1)))
    #expect(throws: TrainingError.nonFiniteGradient(step: 1, tensor: "0.weight")) {
      try run.advance()
    }
  }
}
