import Adapters
import Containers
import JSON
import Models
import Tensors

/// The `adapter_config.json` of an extracted adapter; ranks and alphas are added when it is written.
struct ExtractedConfiguration {
  private let base: Checkpoint
  private let modules: [String]
  private let others: ExtractedOthers

  init(_ base: Checkpoint, _ matrices: [ExtractedMatrix], _ others: ExtractedOthers) {
    (self.base, self.others) = (base, others)
    modules = matrices.map(\.module)
  }

  var document: JSONValue {
    JSONValue(members: [
      ("peft_type", "LORA"), ("task_type", taskType.map(JSONValue.string) ?? .null),
      ("base_model_name_or_path", base.path == "-" ? .null : .string(base.path)),
      ("inference_mode", true), ("r", 8), ("lora_alpha", 8), ("lora_dropout", 0),
      ("target_modules", .array(targets.map(JSONValue.string))),
      ("bias", .string(others.bias.rawValue)),
      (
        "modules_to_save",
        others.modules.isEmpty ? .null : .array(others.modules.map { .string($0) })
      ),
      ("fan_in_fan_out", .bool(BaseDescription(base.config).isConv1D)),
      ("use_dora", false), ("use_rslora", false), ("rank_pattern", [:]), ("alpha_pattern", [:]),
    ])
  }

  /// Last parts of names, as `q_proj`, where every matrix of the base that ends so has a pair.
  ///
  /// Else whole names. A number is no such part: it would name a layer too.
  private var targets: [String] {
    let adapted = Set(modules)
    let all = base.entries.filter { $0.shape.rank >= 2 }
      .compactMap { entry -> String? in
        let (module, parameter) = ExtractionPlace.split(entry.name)
        return parameter == "weight" ? module : nil
      }
    var result: Set<String> = []
    for module in modules {
      let leaf = module.split(separator: ".").last.map(String.init) ?? module
      let alike = all.filter { ModuleSelection.isSuffix(leaf, of: $0) }
      let isWhole = Int(leaf) == nil && alike.allSatisfy(adapted.contains)
      result.insert(isWhole ? leaf : module)
    }
    return result.sorted()
  }

  /// As PEFT names what the model's class is for.
  private var taskType: String? {
    let architecture = base.config?["architectures"]?.array?.first?.string ?? ""
    let endings = [
      "ForCausalLM": "CAUSAL_LM", "LMHeadModel": "CAUSAL_LM",
      "ForConditionalGeneration": "SEQ_2_SEQ_LM", "ForSequenceClassification": "SEQ_CLS",
      "ForTokenClassification": "TOKEN_CLS", "ForQuestionAnswering": "QUESTION_ANS",
    ]
    return endings.first { architecture.hasSuffix($0.key) }?.value
  }
}
