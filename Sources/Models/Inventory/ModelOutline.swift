import JSON
import Tensors

/// What a model consists of, known from a header or a configuration alone.
package struct ModelOutline: Sendable {
  /// Where it came from: a path, or the name of a preset.
  package let name: String
  /// `model_type` of its configuration, when there is one.
  package let type: String?
  /// Every parameter once, tied ones under the name that is stored.
  package let tensors: [ModelTensor]
  /// The matrices of linear layers, in the model's order, the output layer over the vocabulary
  /// among them only when the model has no vocabulary.
  package let linears: [LinearModule]
  /// Outputs of the last layer for each position: tokens of the vocabulary, or classes.
  package let outputWidth: Int
  /// Experts of a layer that each token passes through; nil when layers have none.
  package let activeExperts: Int?
  /// Attention heads of a layer, when the configuration tells.
  package let heads: Int?
  /// The longest sequence, when the configuration tells.
  package let longestSequence: Int?
  /// Names of tensors that are stored and not trained: masks, tables, a tied matrix once more.
  package let leftOut: [String]

  /// Elements of all parameters.
  package var parameterCount: Int { tensors.reduce(0) { $0 + $1.elementCount } }

  /// Bytes of all parameters in the types they are stored in.
  package var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

  /// The type that most bytes are stored in.
  package var mainType: DType {
    let bytes = Dictionary(tensors.map { ($0.type, $0.byteCount) }, uniquingKeysWith: +)
    // A tie goes to the first in the order of the types, so that it is the same each time.
    return DType.allCases.max { bytes[$0, default: 0] < bytes[$1, default: 0] } ?? .f32
  }

  /// Whether a sequence of tokens goes in, rather than a row of numbers.
  package var readsTokens: Bool { embeddingWidth != nil }

  /// Numbers that stand for one token, nil when the model reads rows of numbers.
  let embeddingWidth: Int?
  /// One-dimensional weights of normalizations.
  let norms: [ModelTensor]

  /// The outline of a model with these tensors.
  ///
  /// - Parameters:
  ///   - name: How it is called in reports and errors.
  ///   - stored: Its tensors in the model's order.
  ///   - configuration: What `config.json` says, when there is one.
  /// - Throws: `ModelOutlineError` for weights that are no plain numbers or are too many,
  ///   `SettingProblem` for a setting that is needed and cannot be.
  package init(
    name: String, stored: [ModelTensor], configuration: ModelConfiguration?
  ) throws {
    try self.init(
      name: name, stored: stored, configuration: configuration, type: configuration?.type,
      isTied: configuration?.isTied ?? false)
  }

  /// The outline of a model whose architecture settles what the configuration leaves open.
  init(
    name: String, stored: [ModelTensor], configuration: ModelConfiguration?, type: String?,
    isTied: Bool
  ) throws {
    try Self.check(stored, of: name)
    let inventory = ModelInventory(stored, isTied: isTied)
    self.name = name
    self.type = type
    tensors = inventory.parameters
    linears = inventory.linears
    norms = inventory.norms
    leftOut = inventory.leftOut
    outputWidth = inventory.outputWidth
    embeddingWidth = inventory.embedding.map { $0.shape[1] }
    activeExperts = try configuration?.activeExpertCount
    heads = try configuration?.headCount
    longestSequence = try configuration?.longestSequence
  }

  /// The most parameters that are counted; each sum and product of sizes stays far below 2^63.
  private static let limit = 1 << 50

  private static func check(_ tensors: [ModelTensor], of name: String) throws(ModelOutlineError) {
    var total = 0.0
    for tensor in tensors {
      total += tensor.shape.dimensions.reduce(1.0) { $0 * Double($1) }
      if QuantizedName.matches(tensor) { throw .quantized(file: name, tensor: tensor.name) }
    }
    if total > Double(limit) { throw .tooLarge(file: name) }
  }
}

/// Names under which quantized weights are stored instead of plain ones.
private enum QuantizedName {
  private static let endings = [
    ".absmax", ".quant_map", ".qweight", ".qzeros", ".weight_packed", ".SCB",
  ]

  static func matches(_ tensor: ModelTensor) -> Bool {
    endings.contains { tensor.name.hasSuffix($0) } || tensor.name.contains(".quant_state.")
  }
}
