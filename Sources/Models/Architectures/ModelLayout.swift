import JSON
import Tensors

/// The tensors of a model as its configuration has them, gathered layer by layer.
struct ModelLayout {
  private(set) var tensors: [ModelTensor] = []
  /// Whether the output layer is the embedding; set by the architecture's default or the file.
  private(set) var isTied = false
  private let configuration: ModelConfiguration
  private let type: DType

  /// The most tensors that are listed.
  private static let tensorLimit = 1_000_000

  /// An empty layout of the model that `configuration` describes.
  init(_ configuration: ModelConfiguration) throws(SettingProblem) {
    self.configuration = configuration
    type = try configuration.storedType ?? .f32
  }

  // MARK: Settings

  /// The size under the first of `names` that is there, else `fallback`.
  func size(_ names: String..., else fallback: Int? = nil) throws(SettingProblem) -> Int {
    guard let size = try configuration.size(names) ?? fallback else {
      throw problem(names[0], "is missing")
    }
    return size
  }

  func flag(_ name: String, else fallback: Bool) throws(SettingProblem) -> Bool {
    has(name) ? try configuration.text.flag(name) : fallback
  }

  func has(_ name: String) -> Bool { configuration.text.value(name) != nil }

  /// Layers, each listed with all its tensors.
  func layerCount(_ name: String) throws(SettingProblem) -> Int {
    let count = try size(name)
    guard count <= 10_000 else {
      throw problem(name, "expected at most 10000, found \(count)")
    }
    return count
  }

  private func problem(_ name: String, _ problem: String) -> SettingProblem {
    .setting(file: configuration.file, name: name, problem: problem)
  }

  // MARK: Tensors

  /// Every tensor of a transformer.
  mutating func add(_ design: TransformerDesign) throws {
    for tensor in design.tensors() { try add(tensor.name, tensor.shape) }
    if case .language(let head) = design.head { isTied = head.isTied }
  }

  mutating func add(_ name: String, _ dimensions: Int...) throws {
    try add(name, Shape(dimensions))
  }

  private mutating func add(_ name: String, _ shape: Shape) throws {
    guard tensors.count < Self.tensorLimit else {
      throw ModelOutlineError.tooLarge(file: configuration.file)
    }
    tensors.append(ModelTensor(name, shape, type))
  }

  /// `nn.Linear(input, output)`: W `[output, input]` and, with `bias`, b `[output]`.
  mutating func addLinear(_ name: String, _ input: Int, _ output: Int, bias: Bool = false) throws {
    try add(name + ".weight", output, input)
    if bias { try add(name + ".bias", output) }
  }

  /// A normalization over `width` numbers.
  mutating func addNorm(_ name: String, _ width: Int, bias: Bool = false) throws {
    try add(name + ".weight", width)
    if bias { try add(name + ".bias", width) }
  }

  /// The output layer `[vocabulary, width]`, unless it is the embedding itself.
  mutating func addHead(
    _ name: String, _ width: Int, _ vocabulary: Int, bias: Bool = false, tiedUnlessSaid: Bool
  ) throws {
    isTied = try configuration.isTied ?? tiedUnlessSaid
    if !isTied { try addLinear(name, width, vocabulary, bias: bias) }
  }
}
