import Containers
import Kernels
import Models
import Tables
import Tensors
import TestSupport
import Testing
import TextModels
import Training

/// Small parts of a model that are trained whole, beside an adapter or alone.
@Suite struct TrainedPartsTests {
  private func network<Scalar: DenseScalar>(
    _ name: String, as: Scalar.Type = Scalar.self
  ) throws -> Transformer<Scalar> {
    try GoldenModel(name: name).model(as: Scalar.self).network
  }

  private static let modules: [(model: String, module: String, tensors: [String])] = [
    ("qwen3", "norm", ["model.norm.weight"]),
    ("qwen3", "lm_head", ["lm_head.weight"]),
    ("qwen2", "lm_head", ["lm_head.weight"]),
    ("qwen2", "layers.1.mlp.up_proj", ["model.layers.1.mlp.up_proj.weight"]),
    (
      "qwen2", "1.mlp",
      [
        "model.layers.1.mlp.gate_proj.weight", "model.layers.1.mlp.up_proj.weight",
        "model.layers.1.mlp.down_proj.weight",
      ]
    ),
    (
      "roberta", "classifier",
      [
        "classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight",
        "classifier.out_proj.bias",
      ]
    ),
    ("bert-multilabel", "classifier", ["classifier.weight", "classifier.bias"]),
    ("llama-classify", "score", ["score.weight"]),
    ("qwen2", "score", []), ("qwen2", "proj", []), ("qwen2", "", []),
  ]

  @Test(arguments: modules)
  func `a module to save is found by its last parts, with all that is in it`(
    model: String, module: String, expected: [String]
  ) throws {
    var network: Transformer<Double> = try network(model)
    let names = network.tensors(of: module).map(\.name)
    #expect(names == expected)
    network.train(Set(names))
    #expect(Set(network.trained.map(\.name)) == Set(expected))
  }

  private static let heads: [(model: String, modules: [String])] = [
    ("bert-multilabel", ["classifier"]), ("roberta", ["classifier"]),
    ("distilbert", ["pre_classifier", "classifier"]), ("modernbert", ["head", "classifier"]),
    ("llama-classify", ["score"]), ("qwen2", []),
  ]

  @Test(arguments: heads)
  func `a classifier's head is what lies behind the body`(model: String, modules: [String]) throws {
    let network: Transformer<Double> = try network(model)
    let parts = Set(network.headTensors.compactMap { $0.name.split(separator: ".").first })
    #expect(parts == Set(modules.map { $0[...] }))
  }

  private func slope(
    _ network: Transformer<Double>, _ batch: TokenBatch<Double>, _ loss: Loss
  ) -> (found: Double, foretold: Double) {
    var learned = network
    var (memory, gradient) = (network.makeMemory(), Matrix<Double>(rows: 0, columns: 0))
    var step = StepLoss(loss, of: batch.targets)
    let pass = Pass.scoring(Workers(count: 2))
    learned.learn(from: batch, &memory, &gradient, pass, &step)
    learned.finishGradients()
    var generator = Generator(seed: 5)
    let values = network.trained.map(\.value)
    let directions = values.map { $0.map { _ in generator.uniform(within: 1) } }
    func lossAt(_ distance: Double) -> Double {
      var moved = network
      moved.setTrained(
        values: zip(values, directions).map { zip($0, $1).map { $0 + distance * $1 } })
      var memory = moved.makeMemory()
      return loss.sum(moved.outputs(batch, &memory, pass), batch.targets)
        / loss.divisor(of: batch.targets)
    }
    var foretold = 0.0
    for (parameter, direction) in zip(learned.trained, directions) {
      for (d, along) in zip(parameter.gradient, direction) { foretold += d * along }
    }
    return ((lossAt(1e-6) - lossAt(-1e-6)) / 2e-6, foretold)
  }

  /// Tied and not, with multipliers and a cap.
  @Test(arguments: ["qwen3", "qwen2", "gemma", "gemma2", "granite", "gpt2", "bert-multilabel"])
  func `rows of the embedding are trained by themselves, in a tied head too`(name: String) throws {
    let golden = GoldenModel(name: name)
    var network: Transformer<Double> = try network(name)
    let batch = try golden.batch(1, as: Double.self)
    let tokens: Set<Int32> = [batch.tokens[3], batch.tokens[5], 7]
    network.trainTokens(tokens)
    let parameter = try #require(network.trained.first)
    #expect(network.trained.count == 1)
    #expect(parameter.name.hasSuffix(".token_adapter.trainable_tokens_delta"))
    #expect(parameter.shape == [tokens.count, network.design.width])
    var generator = Generator(seed: 1)
    network.setTrained(values: [parameter.value.map { $0 + generator.uniform(within: 0.1) }])
    let (found, foretold) = slope(network, batch, try golden.loss)
    #expect(abs(found - foretold) <= 1e-6 * max(1, abs(foretold)), "\(found), \(foretold)")
    #expect(abs(found) > 1e-4)

    // The model whose embedding has these rows.
    var changed: Transformer<Double> = try self.network(name)
    let (matrix, width) = (changed.embeddingName, network.design.width)
    var numbers = try #require(changed.tensor(named: matrix)).values
    for (index, token) in tokens.sorted().enumerated() {
      let rows = network.trained[0].value[index * width..<(index + 1) * width]
      numbers.replaceSubrange(Int(token) * width..<(Int(token) + 1) * width, with: rows)
    }
    changed.replaceTensor(matrix, with: numbers, sharesHead: true)
    var memory = network.makeMemory()
    let with = network.outputs(batch, &memory, .scoring(.one))
    let without = changed.outputs(batch, &memory, .scoring(.one))
    let complaint = Tolerance(absolute: 1e-10).complaint(
      Array(with.elements[..<with.count]), Array(without.elements[..<without.count]))
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  @Test(arguments: [nil, 30])
  func `trained rows have the same bits in micro-batches and blocks computed again`(
    tokens: Int?
  ) throws {
    func run(_ change: (inout TrainingRecipe<Float>) -> Void) throws -> [[Float]] {
      let golden = GoldenModel(name: "qwen3")
      var network: Transformer<Float> = try network("qwen3")
      network.trainTokens(Set(0..<40))
      var recipe = TrainingRecipe<Float>(
        .softmaxCrossEntropy, Adam<Float>(decoupled: true), Schedule(rate: 0.01, steps: 3))
      change(&recipe)
      let source = TokenBatches<Float>(
        try golden.rows(1) + golden.rows(2), size: 5, shuffles: true,
        generator: Generator(seed: 1))
      var trainer = Trainer(network, on: source, by: recipe)
      while trainer.step < trainer.steps { _ = try trainer.advance() }
      return trainer.network.trained.map(\.value)
    }
    let whole = try run { _ in }
    #expect(try whole != network("qwen3", as: Float.self).trained.map(\.value))
    #expect(try run { ($0.recomputes, $0.rowsAtOnce) = (true, tokens) } == whole)
  }

  private static let tasks: [(model: String, task: ClassifierDesign.Task)] = [
    ("qwen2", .oneLabel), ("gpt2", .severalLabels), ("gemma2", .regression),
  ]

  private func model(
    _ golden: GoldenModel, _ task: ClassifierDesign.Task, seed: UInt64
  ) throws -> TextModel<Float> {
    var generator = Generator(seed: seed)
    return try TextModel<Float>(
      Checkpoint.open(golden.path + "/base"), classifying: task,
      labels: task == .regression ? ["value"] : ["yes", "no", "else", "more", "none"],
      generator: &generator)
  }

  @Test func `a head for other labels is no body's`() throws {
    #expect(throws: ErrorList.self) {
      try model(GoldenModel(name: "roberta"), .oneLabel, seed: 1)
    }
  }

  @Test(arguments: tasks)
  func `a body gets a new head with an output for each label, and learns`(
    name: String, task: ClassifierDesign.Task
  ) throws {
    let golden = GoldenModel(name: name)
    let model = try model(golden, task, seed: 4)
    var network = model.network
    #expect(Set(model.drawnTensors) == Set(network.headTensors.map(\.name)))
    let other = try self.model(golden, task, seed: 5).network.headTensors
    #expect(other.map(\.values) != network.headTensors.map(\.values))
    network.train(Set(network.headTensors.map(\.name)))
    let rows = try golden.rows(1).enumerated().map { index, row in
      let target: TokenRow.Target =
        switch task {
        case .oneLabel: .label(Int32(index % 5))
        case .severalLabels: .values((0..<5).map { $0 == index ? 1 : 0 })
        case .regression: .values([Double(index)])
        }
      return TokenRow(row.tokens, target: target)
    }
    let loss: Loss =
      switch task {
      case .oneLabel: .softmaxCrossEntropy
      case .severalLabels: .binaryCrossEntropy
      case .regression: .meanSquaredError
      }
    let recipe = TrainingRecipe<Float>(
      loss, Adam<Float>(decoupled: true), Schedule(rate: 0.02, steps: 20))
    var trainer = Trainer(
      network,
      on: TokenBatches<Float>(rows, size: 99, shuffles: false, generator: Generator(seed: 0)),
      by: recipe)
    var losses: [Double] = []
    while trainer.step < trainer.steps { losses.append(try trainer.advance().loss) }
    #expect(losses[19] < 0.9 * losses[0])
  }
}
