import Adapters
import Kernels
import Tables
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct GoldenTrainingTests {
  @Test(arguments: GoldenModel.all)
  func `first gradients are the stored ones`(golden: GoldenModel) throws {
    let tolerance = try golden.tolerance("gradient_rel_to_norm")
    try expectGradients(golden, as: Float.self, within: tolerance)
    // Stored in f32.
    try expectGradients(golden, as: Double.self, within: 1e-7)
  }

  private func expectGradients<Scalar: DenseScalar>(
    _ golden: GoldenModel, as: Scalar.Type, within tolerance: Double
  ) throws {
    let expected = try StoredTensors(
      "text/models/\(golden.name)/expected/gradients.step1.safetensors"
    ).tensors
    var trainer: Trainer<Transformer<Scalar>, StoredBatches<Scalar>> = try golden.trainer()
    _ = try trainer.advance()
    let trained = trainer.network.trained
    #expect(trained.count == expected.count)
    for parameter in trained {
      let name = "base_model.model." + parameter.name
      let stored = try #require(expected[name] ?? expected[parameter.name], "\(name)").values
      let error = zip(parameter.gradient, stored).reduce(0.0) { sum, pair in
        sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1)
      }
      let norm = stored.reduce(0.0) { $0 + $1 * $1 }
      #expect(
        error.squareRoot() <= tolerance * norm.squareRoot(),
        "\(Scalar.self) \(parameter.name): \((error / norm).squareRoot())")
    }
  }

  @Test(arguments: GoldenModel.all)
  func `six steps follow the stored trace to the stored adapter`(golden: GoldenModel) throws {
    let trace = try LooseJSON(
      parsing: Fixtures.bytes("text/models/\(golden.name)/expected/trace.json"))
    let losses = try #require(trace["loss_f64"]?.items).compactMap(\.number)
    let rates = try #require(trace["lr"]?.items).compactMap(\.number)
    let tolerance = try golden.tolerance("loss_rel")
    var trainer: Trainer<Transformer<Float>, StoredBatches<Float>> = try golden.trainer()
    var events: [TrainingEvent] = []
    while trainer.step < trainer.steps { events.append(try trainer.advance()) }
    #expect(events.count == losses.count)
    for (event, (loss, rate)) in zip(events, zip(losses, rates)) {
      #expect(
        abs(event.loss - loss) / max(loss, 0.1) <= tolerance, "step \(event.step): \(event.loss)")
      #expect(abs(event.rate - rate) <= 1e-12)
    }
    let final = try StoredTensors(
      "text/models/\(golden.name)/expected/adapter/adapter_model.safetensors"
    ).tensors
    for parameter in trainer.network.trained {
      let stored = try #require(final["base_model.model." + parameter.name]).values
      let complaint = Tolerance(absolute: try golden.tolerance("final_abs")).complaint(
        parameter.value.map { Double($0) }, stored)
      #expect(complaint == nil, "\(parameter.name): \(complaint ?? "")")
    }
  }
}

/// The stored batches of a golden model, one a step.
struct StoredBatches<Scalar: DenseScalar>: BatchSource {
  let batches: [TokenBatch<Scalar>]
  private(set) var position = BatchPosition(epoch: 0, row: 0, generator: Generator(seed: 0))

  init(_ batches: [TokenBatch<Scalar>]) { self.batches = batches }

  var emptyBatch: TokenBatch<Scalar> { TokenBatch([] as [TokenRow]) }

  mutating func next(into batch: inout TokenBatch<Scalar>) {
    batch = batches[position.row]
    position.row += 1
  }

  mutating func restore(_ position: BatchPosition) { self.position = position }
}

extension GoldenModel {
  /// The stored run at its first step.
  func trainer<Scalar: DenseScalar>() throws
    -> Trainer<Transformer<Scalar>, StoredBatches<Scalar>>
  {
    let settings = try settings()
    let model: TextModel<Scalar> = try self.model()
    var network = model.network
    let adapter = try AdapterFile.open(path + "/init")
    for update in adapter.updates {
      network.attach(
        LowRankBranch(
          module: update.module, down: (update.pair.down.doubles ?? []).map { Scalar($0) },
          up: (update.pair.up.doubles ?? []).map { Scalar($0) }, rank: update.rank,
          scaling: update.pair.scaling), to: update.module)
    }
    for replacement in adapter.replacements {
      network.replace(
        replacement.parameter, with: (replacement.tensor.doubles ?? []).map { Scalar($0) })
    }
    let options = settings["optimizer"]
    let steps = Int(settings["steps"]?.number ?? 0)
    let schedule = Schedule(
      .cosine, rate: options?["lr"]?.number ?? 0,
      warmup: Int(options?["schedule"]?["warmup_steps"]?.number ?? 0), steps: steps)
    let loss: Loss =
      switch settings["loss"]?.text {
      case "mean squared error": .meanSquaredError
      case "mean of binary cross entropies with logits": .binaryCrossEntropy
      default: .softmaxCrossEntropy
      }
    var recipe = TrainingRecipe<Scalar>(
      loss, Adam<Scalar>(weightDecay: options?["weight_decay"]?.number ?? 0, decoupled: true),
      schedule)
    recipe.clipNorm = settings["clip_grad_norm"]?.number
    return Trainer(
      network,
      on: StoredBatches(try (1...steps).map { try batch($0, as: Scalar.self) }), by: recipe)
  }
}
