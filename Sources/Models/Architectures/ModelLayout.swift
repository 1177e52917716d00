import JSON
import Tensors

/// The tensors of a model as its configuration has them, gathered layer by layer.
struct ModelLayout {
  private(set) var tensors: [ModelTensor] = []
  /// Whether the output layer is the embedding; set by the architecture's default or the file.
  private(set) var isTied = false
  private let settings: SettingReader<ModelOutlineError>
  private let type: DType

  /// No size of a model comes near; products of two stay below 2^63.
  private static let largestSize = 1 << 30
  /// The most tensors that are listed.
  private static let tensorLimit = 1_000_000

  /// An empty layout of the model that `config` describes.
  init(name: String, config: JSONValue) throws {
    settings = SettingReader(file: name, settings: config)
    let type = try settings.text("torch_dtype") ?? settings.text("dtype") ?? "float32"
    let known: [String: DType] = [
      "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16,
    ]
    guard let found = known[type] else {
      throw Self.problem(
        settings, "torch_dtype", "expected float32, float16 or bfloat16, found \"\(escaped(type))\""
      )
    }
    self.type = found
  }

  // MARK: Settings

  /// The size under the first of `names` that is there, else `fallback`.
  func size(_ names: String..., else fallback: Int? = nil) throws -> Int {
    for name in names {
      guard let value = try settings.integer(name) else { continue }
      guard (1...Self.largestSize).contains(value) else {
        throw Self.problem(settings, name, "expected 1 to \(Self.largestSize), found \(value)")
      }
      return value
    }
    guard let fallback else { throw Self.problem(settings, names[0], "is missing") }
    return fallback
  }

  func flag(_ name: String, else fallback: Bool) throws -> Bool {
    settings.value(name) == nil ? fallback : try settings.flag(name)
  }

  func has(_ name: String) -> Bool { settings.value(name) != nil }

  func integers(_ name: String) throws -> [Int] { try settings.integers(name) ?? [] }

  /// Layers, each listed with all its tensors.
  func layerCount(_ name: String) throws -> Int {
    let count = try size(name)
    guard count <= 10_000 else {
      throw Self.problem(settings, name, "expected at most 10000, found \(count)")
    }
    return count
  }

  /// Refuses a `whole` that `part` does not divide.
  func quotient(_ whole: Int, _ wholeName: String, by part: Int, _ name: String) throws -> Int {
    guard whole.isMultiple(of: part) else {
      throw Self.problem(settings, name, "\(part) does not divide \(wholeName), \(whole)")
    }
    return whole / part
  }

  private static func problem(
    _ settings: SettingReader<ModelOutlineError>, _ name: String, _ problem: String
  ) -> ModelOutlineError {
    .setting(file: settings.file, name: name, problem: problem)
  }

  // MARK: Tensors

  mutating func add(_ name: String, _ dimensions: Int...) throws {
    guard tensors.count < Self.tensorLimit else {
      throw ModelOutlineError.tooLarge(file: settings.file)
    }
    tensors.append(ModelTensor(name, Shape(dimensions), type))
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
    isTied = try flag("tie_word_embeddings", else: tiedUnlessSaid)
    if !isTied { try addLinear(name, width, vocabulary, bias: bias) }
  }
}
