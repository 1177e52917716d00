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
  private let isConv1D: Bool
  private let architecture: String

  init(
    _ base: Checkpoint, _ matrices: [ExtractedMatrix], _ others: ExtractedOthers
  ) throws(SettingProblem) {
    (self.base, self.others) = (base, others)
    modules = matrices.map(\.module)
    isConv1D = try base.configuration?.isConv1D ?? false
    architecture = try base.configuration?.architectures.first ?? ""
  }

  var document: JSONValue {
    let settings: PEFTSettings = [
      .taskType: .text(taskType), .baseModel: .text(base.path == "-" ? nil : base.path),
      .isForInference: true, .rank: 8, .alpha: 8, .dropout: 0, .targets: .texts(targets),
      .bias: .string(others.bias.rawValue),
      .modulesToSave: others.modules.isEmpty ? .null : .texts(others.modules),
      .isFanInFanOut: .bool(isConv1D), .usesMagnitudes: false, .isRankStabilized: false,
      .rankPattern: [:], .alphaPattern: [:],
    ]
    return settings.document
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
    let endings: KeyValuePairs = [
      "ForCausalLM": "CAUSAL_LM", "LMHeadModel": "CAUSAL_LM",
      "ForConditionalGeneration": "SEQ_2_SEQ_LM", "ForSequenceClassification": "SEQ_CLS",
      "ForTokenClassification": "TOKEN_CLS", "ForQuestionAnswering": "QUESTION_ANS",
    ]
    return endings.first { architecture.hasSuffix($0.key) }?.value
  }
}
