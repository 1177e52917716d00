import Adapters
import JSON
import Models
import OrderedCollections
import Tensors
import Training

/// What a trained network's adapter is written as: PEFT's names and settings.
///
/// | in the network       | in the adapter file                                      |
/// |----------------------|----------------------------------------------------------|
/// | `0.lora_A.weight`    | `base_model.model.0.lora_A.weight` [rank, in]            |
/// | `0.lora_B.weight`    | `base_model.model.0.lora_B.weight` [out, rank]           |
/// | `0.lora_magnitude_vector` | `base_model.model.0.lora_magnitude_vector` [out]      |
/// | `0.bias`, 0 adapted  | `base_model.model.0.base_layer.bias` [out]               |
/// | any other parameter  | `base_model.model.` and its name                         |
struct TrainedAdapter<Net: AdaptableNetwork> where Net.Scalar == Float {
  let network: Net
  let plan: AdapterPlan
  let origin: AdapterOrigin
  /// The network as training found it, for methods that take a part of the weight out.
  let beginning: Net
  /// The run's configuration, as `--config` takes it.
  let run: JSONValue

  var contents: AdapterContents {
    let begun = Dictionary(
      beginning.trained.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let wrapped = wrappedNames
    return AdapterContents(
      configuration: configuration,
      tensors: network.trained.map { parameter in
        (
          name(of: parameter.name, wrapped: wrapped),
          converted(parameter, from: begun[parameter.name])
        )
      },
      metadata: metadata)
  }

  /// A factor; where a part was taken out of the weight, one of twice the rank.
  ///
  /// s·BA - s·B₀A₀ = s·[B, -B₀] [A; A₀]. As `subtract_mutated_init` in PEFT.
  private func converted(
    _ parameter: Parameter<Float>, from begun: Parameter<Float>?
  ) -> Tensor {
    guard plan.initialisation.splitsWeight, let begun else {
      return Tensor(parameter.value, shape: parameter.shape)
    }
    let (rows, columns) = (parameter.shape[0], parameter.shape.rank > 1 ? parameter.shape[1] : 1)
    if parameter.role == .down {
      return Tensor(parameter.value + begun.value, shape: [2 * rows, columns])
    }
    guard parameter.role == .up else {
      return Tensor(parameter.value, shape: parameter.shape)
    }
    var joined: [Float] = []
    for row in 0..<rows {
      let place = row * columns..<(row + 1) * columns
      joined += parameter.value[place]
      for value in begun.value[place] { joined.append(-value) }
    }
    return Tensor(joined, shape: [rows, 2 * columns])
  }

  /// What ranks are multiplied by, and alphas, so that the scaling stays.
  private var widening: (rank: Int, alpha: Double) {
    guard plan.initialisation.splitsWeight else { return (1, 1) }
    return (2, plan.isRankStabilized ? 2.0.squareRoot() : 2)
  }

  private var metadata: OrderedDictionary<String, String> {
    var metadata = origin.metadata
    metadata[MetadataKey.baseFingerprint] = origin.fingerprint.description
    metadata[MetadataKey.trainedOn] = origin.underlying.text
    metadata[StoredConfiguration.metadataKey] = run.compactText
    return metadata
  }

  /// The names of weights and biases that PEFT has inside of an adapted layer.
  private var wrappedNames: Set<String> {
    Set(
      network.linears.filter { $0.branch != nil }
        .flatMap { [$0.weight.name, $0.bias?.name].compactMap(\.self) })
  }

  private func name(of parameter: String, wrapped: Set<String>) -> String {
    let prefix = "base_model.model."
    guard wrapped.contains(parameter), let dot = parameter.lastIndex(of: ".") else {
      return prefix + parameter
    }
    return prefix + parameter[..<dot] + ".base_layer" + parameter[dot...]
  }

  private var configuration: JSONValue {
    if let start = plan.start {
      var document = start.configuration.document
      document["lora_alpha"] = number(plan.alpha)
      if !plan.saved.isEmpty { document["modules_to_save"] = saved }
      if plan.givenAlpha != nil { document["alpha_pattern"] = [:] }
      document["use_rslora"] = .bool(plan.isRankStabilized)
      document["use_dora"] = .bool(plan.usesMagnitudes)
      document["bias"] = .string(plan.biases.rawValue)
      document["lora_dropout"] = .number(plan.dropout)
      return document
    }
    return JSONValue(members: [
      ("peft_type", "LORA"),
      ("task_type", origin.taskType.map { .string($0) } ?? .null),
      (
        "base_model_name_or_path",
        origin.file == "standard input" ? .null : .string(origin.file)
      ),
      ("r", .number(plan.rank * widening.rank)),
      ("lora_alpha", number(plan.alpha * widening.alpha)),
      ("target_modules", names(plan.modules.map(\.name))),
      ("bias", .string(plan.biases.rawValue)),
      ("use_rslora", .bool(plan.isRankStabilized)),
      ("use_dora", .bool(plan.usesMagnitudes)),
      ("lora_bias", false),
      ("lora_dropout", .number(plan.dropout)),
      ("fan_in_fan_out", .bool(origin.isTransposed)),
      ("init_lora_weights", true),
      ("inference_mode", true),
      ("modules_to_save", saved),
      ("rank_pattern", JSONValue(members: rankPattern)),
      ("alpha_pattern", JSONValue(members: alphaPattern)),
    ])
  }

  private var rankPattern: RunSettings {
    plan.modules.filter { $0.rank != plan.rank }.map {
      ($0.name, .number($0.rank * widening.rank))
    }
  }

  private var alphaPattern: RunSettings {
    plan.modules.filter { $0.alpha != plan.alpha }.map {
      ($0.name, number($0.alpha * widening.alpha))
    }
  }

  /// A module whose layers are all trained whole is called by its own name, as PEFT wraps it.
  private var saved: JSONValue {
    var found: [String] = []
    for module in plan.saved {
      let name = origin.heads.first { module.hasPrefix($0 + ".") } ?? module
      if !found.contains(name) { found.append(name) }
    }
    return found.isEmpty ? .null : names(found)
  }

  private func names(_ names: [String]) -> JSONValue { .array(names.map { .string($0) }) }

  /// A whole number is written as one: PEFT declares alpha an integer.
  private func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .number($0) } ?? .number(value)
  }
}
