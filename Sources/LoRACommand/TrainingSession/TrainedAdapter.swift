import Adapters
import Containers
import OrderedCollections
import Tensors
import Training

/// What a trained network's adapter is written as: PEFT's names and settings.
///
/// | in the network       | in the adapter file                                      |
/// |----------------------|----------------------------------------------------------|
/// | `0.lora_A.weight`    | `base_model.model.0.lora_A.weight` [rank, in]            |
/// | `0.lora_B.weight`    | `base_model.model.0.lora_B.weight` [out, rank]           |
/// | `0.bias`, 0 adapted  | `base_model.model.0.base_layer.bias` [out]               |
/// | any other parameter  | `base_model.model.` and its name                         |
struct TrainedAdapter {
  let network: MultilayerPerceptron<Float>
  let plan: AdapterPlan
  let base: BaseNetwork<Float>
  /// The names of the classes that the labels had, for `eval` and `predict`.
  let classes: [String]?

  var contents: AdapterContents {
    AdapterContents(
      configuration: configuration,
      tensors: network.trained.map { parameter in
        (name(of: parameter.name), Tensor(parameter.value, shape: parameter.shape))
      },
      metadata: metadata)
  }

  private var metadata: OrderedDictionary<String, String> {
    var description = base.description
    description.classes = classes ?? description.classes
    var metadata = description.metadata
    metadata[MetadataKey.baseFingerprint] = base.fingerprint.description
    return metadata
  }

  private func name(of parameter: String) -> String {
    let prefix = "base_model.model."
    let isWrapped = network.layers.map(\.linear).contains { linear in
      linear.branch != nil
        && (parameter == linear.bias?.name || parameter == linear.weight.name)
    }
    guard isWrapped, let dot = parameter.lastIndex(of: ".") else { return prefix + parameter }
    return prefix + parameter[..<dot] + ".base_layer" + parameter[dot...]
  }

  private var configuration: JSONValue {
    if let start = plan.start {
      var document = start.configuration.document
      document["lora_alpha"] = alpha
      if plan.givenAlpha != nil { document["alpha_pattern"] = [:] }
      document["use_rslora"] = .bool(plan.isRankStabilized)
      if plan.trainsBiases { document["bias"] = "all" }
      return document
    }
    return JSONValue(members: [
      ("peft_type", "LORA"),
      ("task_type", .null),
      ("base_model_name_or_path", base.file == "standard input" ? .null : .string(base.file)),
      ("r", .number(JSONNumber(plan.rank))),
      ("lora_alpha", alpha),
      ("target_modules", .array(plan.modules.map { .string($0) })),
      ("bias", plan.trainsBiases ? "all" : "none"),
      ("use_rslora", .bool(plan.isRankStabilized)),
      ("use_dora", false),
      ("lora_bias", false),
      ("lora_dropout", .number(JSONNumber(0.0))),
      ("fan_in_fan_out", false),
      ("init_lora_weights", true),
      ("inference_mode", true),
      ("modules_to_save", .null),
      ("rank_pattern", [:]),
      ("alpha_pattern", [:]),
    ])
  }

  /// A whole number is written as one: PEFT declares alpha an integer.
  private var alpha: JSONValue {
    .number(Int(exactly: plan.alpha).map { JSONNumber($0) } ?? JSONNumber(plan.alpha))
  }
}
