import Kernels
import Tables
import Tensors
import TestSupport
import Testing
import Training

/// A training run of PyTorch and PEFT, stored under `fixtures/train`.
struct GoldenRun: Sendable, CustomTestStringConvertible {
  /// As in `spirals/runs/sgd-frozen`.
  let name: String

  var testDescription: String { name }
  var path: String { "train/" + name }

  static let all: [GoldenRun] = ["spirals", "regression"].flatMap { family in
    ((try? Fixtures.names(in: "train/\(family)/runs")) ?? []).map {
      GoldenRun(name: "\(family)/runs/\($0)")
    }
  }

  func settings() throws -> LooseJSON {
    try LooseJSON(parsing: Fixtures.bytes(path + "/case.json"))
  }

  func tolerance() throws -> TraceTolerance {
    try #require(TraceTolerance(settings: settings()))
  }

  /// The run's trainer at its first step, and the network inside it.
  func trainer<Scalar: DenseScalar>(
    as: Scalar.Type, steps: Int? = nil, workers: Workers = .one
  ) throws -> Trainer<MultilayerPerceptron<Scalar>, Batches<Scalar>> {
    let settings = try settings()
    let network: MultilayerPerceptron<Scalar> = try network(settings)
    let data: Dataset<Scalar> = try dataset(settings)
    let total = steps ?? Int(settings["steps"]?.number ?? 0)
    var recipe = TrainingRecipe<Scalar>(
      settings["loss"]?.text == "mse" ? .meanSquaredError : .softmaxCrossEntropy,
      optimizer(settings), schedule(settings, steps: total))
    recipe.clipNorm = settings["clip_grad_norm"]?.number
    recipe.workers = workers
    let batches = Batches(
      data, size: settings["batch"]?.number.map { Int($0) } ?? data.rows, shuffles: false,
      generator: Generator(seed: 0))
    return Trainer(network, on: batches, by: recipe)
  }

  private func network<Scalar: DenseScalar>(
    _ settings: LooseJSON
  ) throws -> MultilayerPerceptron<Scalar> {
    let family = String(name.prefix { $0 != "/" })
    let isQuantized = settings["base"]?.text == "../../quantized"
    var state = try StoredTensors("train/\(family)/base/model.safetensors").tensors
    if isQuantized {
      let weights = try StoredTensors("train/\(family)/quantized/dequantized.safetensors").tensors
      state.merge(weights) { _, quantized in quantized }
    }
    let layers: [Linear<Scalar>] = try layerChain(
      state.map { name, tensor in
        Weight(
          name: name, shape: Shape(tensor.shape), values: tensor.values.map { Scalar($0) })
      }, file: family)
    var network = MultilayerPerceptron(layers: layers, activation: .relu)
    try adapt(&network, settings, family)
    return network
  }

  private func adapt<Scalar: DenseScalar>(
    _ network: inout MultilayerPerceptron<Scalar>, _ settings: LooseJSON, _ family: String
  ) throws {
    let start = try StoredTensors("train/\(family)/init/adapter_model.safetensors").tensors
    let overrides = settings["overrides"]
    let alpha = overrides?["lora_alpha"]?.number ?? 8
    for linear in network.layers.map(\.linear) {
      let module = linear.module
      guard let down = start["base_model.model.\(module).lora_A.weight"],
        let up = start["base_model.model.\(module).lora_B.weight"]
      else { continue }
      let rank = down.shape[0]
      let isRootScaled = overrides?["use_rslora"] == .flag(true)
      network.attach(
        LowRankBranch(
          module: module, down: down.values.map { Scalar($0) }, up: up.values.map { Scalar($0) },
          rank: rank, scaling: alpha / (isRootScaled ? Double(rank).squareRoot() : Double(rank))
        ).with(overrides?["use_dora"] == .flag(true) ? Magnitude(on: linear) : nil),
        to: module)
      network.setBiasTrained(overrides?["bias"]?.text == "all", of: module)
    }
  }

  private func dataset<Scalar: DenseScalar>(_ settings: LooseJSON) throws -> Dataset<Scalar> {
    let family = String(name.prefix { $0 != "/" })
    let file = String(settings["csv"]?.text?.split(separator: "/").last ?? "")
    var reader = DatasetReader()
    reader.target = .named(settings["target"]?.text ?? "")
    reader.schema.task = settings["loss"]?.text == "mse" ? .regression : .classification
    var csv = CSVReader(file: file, bytes: try Fixtures.bytes("train/\(family)/\(file)"))
    return try reader.read(&csv)
  }

  private func optimizer<Scalar: DenseScalar>(_ settings: LooseJSON) -> any Optimizer<Scalar> {
    let options = settings["optimizer"]
    let decay = options?["weight_decay"]?.number ?? 0
    switch options?["kind"]?.text {
    case "adam": return Adam<Scalar>(weightDecay: decay, decoupled: false)
    case "adamw": return Adam<Scalar>(weightDecay: decay, decoupled: true)
    default: return SGD<Scalar>(weightDecay: decay)
    }
  }

  private func schedule(_ settings: LooseJSON, steps: Int) -> Schedule {
    let options = settings["optimizer"]
    let shape = options?["schedule"]?["kind"]?.text.flatMap(Schedule.Shape.init) ?? .constant
    return Schedule(
      shape, rate: options?["lr"]?.number ?? 0,
      warmup: Int(options?["schedule"]?["warmup_steps"]?.number ?? 0), steps: steps)
  }
}

/// A trained parameter's name in the adapter file: PEFT keeps an adapted layer's bias inside it.
func adapterName(_ parameter: String) -> String {
  let inside =
    parameter.hasSuffix(".bias")
    ? parameter.dropLast(4) + "base_layer.bias" : parameter[...]
  return "base_model.model." + inside
}
