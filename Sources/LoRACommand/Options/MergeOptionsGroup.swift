import ArgumentParser
import Merging
import Tensors

/// What a merge may change beyond adding.
struct MergeOptionsGroup: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write floating-point tensors as f32, f16, bf16 or f64. (default: each tensor's own)",
      valueName: "type"))
  var dtype: FloatTypeArgument?

  @Option(
    help: ArgumentHelp(
      """
      When the adapter changes one of two tied weights: 'both' changes the shared matrix, 'untie' \
      gives each side its own and says so in config.json, 'error' refuses.
      """, valueName: "policy"))
  var tied: TiedPolicy?

  @Flag(help: "Let the adapter's embeddings bring another number of tokens, and its tokenizer.")
  var resizeVocab = false

  @Flag(
    help: """
      For a quantized base: write its weights out in full, in the type that each was before; \
      --dequantize=bf16 in that type.
      """)
  var dequantize = false

  @Option(
    help: ArgumentHelp(
      "What --dequantize=type is short for: f32, f16, bf16 or f64.", valueName: "type"))
  var dequantizeAs: FloatTypeArgument?

  @Flag(
    help: """
      For a quantized base: round the weights that change to codes again, and say what that adds to \
      the error.
      """)
  var requantize = false

  /// Whether more than values may change.
  var changesForm: Bool {
    dtype != nil || tied == .untie || resizeVocab || dequantizes || requantize
  }

  private var dequantizes: Bool { dequantize || dequantizeAs != nil }

  func validate() throws {
    if dequantizes, requantize {
      throw ValidationError("--dequantize and --requantize exclude each other")
    }
    if dequantizeAs != nil, dtype != nil {
      throw ValidationError("--dtype and a type for --dequantize exclude each other")
    }
    if requantize, dtype != nil {
      throw ValidationError("--requantize keeps the codes' types; leave --dtype out")
    }
  }

  /// What the merge is told.
  var options: MergeOptions {
    var options = MergeOptions()
    options.type = dtype?.type
    options.choices.tied = tied
    options.choices.resizesVocabulary = resizeVocab
    options.quantized =
      requantize ? .requantize : dequantizes ? .dequantize(dequantizeAs?.type) : nil
    return options
  }
}

extension TiedPolicy: ExpressibleByArgument {}

/// A floating-point type on the command line.
struct FloatTypeArgument: ExpressibleByArgument, Equatable {
  let type: DType

  init(type: DType) { self.type = type }

  /// Takes our names and those of torch, as `float16` or `torch.float16`.
  init?(argument: String) {
    var name = argument.lowercased()
    if name.hasPrefix("torch.") { name.removeFirst("torch.".count) }
    guard let type = DType(rawValue: Self.others[name] ?? name.uppercased()),
      type.floatFormat != nil
    else { return nil }
    self.type = type
  }

  private static let others = [
    "fp16": "F16", "float16": "F16", "half": "F16", "bfloat16": "BF16", "fp32": "F32",
    "float32": "F32", "float": "F32", "fp64": "F64", "float64": "F64", "double": "F64",
  ]

  var defaultValueDescription: String { type.rawValue.lowercased() }

  static let allValueStrings = ["f32", "f16", "bf16", "f64"]
}
