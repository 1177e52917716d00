import JSON
import Kernels
import Tensors

extension TransformerDesign {
  /// The architectures that are known here, by `model_type`.
  package static var knownTypes: [String] { ArchitectureTable.known.map(\.type) }

  /// What the model of `configuration` is made of; of one that sees as well, its text part.
  ///
  /// - Throws: `ModelOutlineError` for an unknown `model_type`; `ErrorList` with every setting that
  ///   would change the result and is not computed here; `SettingProblem` for a setting of the wrong
  ///   type and sizes that cannot be.
  package init(_ configuration: ModelConfiguration) throws {
    let (type, table) = try Self.table(of: configuration)
    try table.checkSettings(of: configuration)
    try self.init(type, try DesignReader(table, configuration))
  }

  /// The same so far as tensors go: what is computed with them is not looked at, and may be unknown.
  ///
  /// - Throws: As above, but for what changes the result.
  init(sizesOf configuration: ModelConfiguration) throws {
    let (type, table) = try Self.table(of: configuration)
    try self.init(type, try DesignReader(table, configuration, readsSizesOnly: true))
  }

  private static func table(
    of configuration: ModelConfiguration
  ) throws -> (type: String, table: ArchitectureTable) {
    let type = try configuration.textType
    guard let type, let known = ArchitectureTable.known.first(where: { $0.type == type }) else {
      throw ModelOutlineError.unknownType(
        file: configuration.file, found: type, known: knownTypes)
    }
    return known
  }

  private init(_ type: String, _ reader: DesignReader) throws(SettingProblem) {
    let table = reader.table
    self.type = type
    width = reader.width
    bodyPrefix = table.names.body
    embedding = try reader.embedding()
    blocks = try (0..<reader.layers).map { layer throws(SettingProblem) in
      try reader.block(layer)
    }
    finalNorm = try reader.norm(table.names.finalNorm, prefix: table.names.body)
    head = try reader.head()
    positionLimit = try reader.positionLimit()
  }
}

/// Reads one configuration by an architecture's table.
struct DesignReader {
  let table: ArchitectureTable
  let configuration: ModelConfiguration
  let width: Int
  let heads: Int
  let keyHeads: Int
  let headWidth: Int
  let layers: Int
  let inner: Int
  /// Whether only names and shapes are wanted.
  let readsSizesOnly: Bool

  init(
    _ table: ArchitectureTable, _ configuration: ModelConfiguration, readsSizesOnly: Bool = false
  ) throws(SettingProblem) {
    self.readsSizesOnly = readsSizesOnly
    (self.table, self.configuration) = (table, configuration)
    func size(_ names: String...) throws(SettingProblem) -> Int {
      guard let size = try configuration.size(names) else {
        throw .setting(file: configuration.file, name: names[0], problem: "is missing")
      }
      return size
    }
    width = try size("hidden_size", "n_embd", "dim")
    if let size = try configuration.size("intermediate_size", "n_inner", "hidden_dim") {
      inner = size
    } else {
      inner = table.isConv1D ? 4 * width : try size("intermediate_size")
    }
    heads = try size("num_attention_heads", "n_head", "n_heads")
    keyHeads = try configuration.size("num_key_value_heads") ?? heads
    layers = try size("num_hidden_layers", "n_layer", "n_layers")
    guard heads.isMultiple(of: keyHeads) else {
      throw .setting(
        file: configuration.file, name: "num_key_value_heads",
        problem: "\(keyHeads) does not divide num_attention_heads, \(heads)")
    }
    guard layers <= 10_000 else {
      throw .setting(
        file: configuration.file, name: "num_hidden_layers",
        problem: "expected at most 10000, found \(layers)")
    }
    if let size = try configuration.size("head_dim") ?? table.headWidth {
      headWidth = size
    } else {
      guard width.isMultiple(of: heads) else {
        throw .setting(
          file: configuration.file, name: "num_attention_heads",
          problem: "\(heads) does not divide hidden_size, \(width)")
      }
      headWidth = width / heads
    }
  }

  var text: SettingReader<SettingProblem> { configuration.text }

  func problem(_ name: String, _ problem: String) -> SettingProblem {
    .setting(file: configuration.file, name: name, problem: problem)
  }

  // MARK: Words of the table

  func number(_ number: ArchitectureTable.Number?) throws(SettingProblem) -> Double? {
    switch number {
    case nil: nil
    case .fixed(let value): value
    case .setting(let name, else: let fallback):
      // Null is no number, where a missing setting is the default's.
      text.has(name) ? try text.number(name) : fallback
    }
  }

  func isSet(_ bias: ArchitectureTable.Bias) throws(SettingProblem) -> Bool {
    switch bias {
    case .always: true
    case .never: false
    case .setting(let name, else: let fallback): try flag(name, else: fallback)
    }
  }

  func flag(_ name: String, else fallback: Bool) throws(SettingProblem) -> Bool {
    text.value(name) == nil ? fallback : try text.flag(name)
  }

  func activation(_ name: String?, _ setting: String) throws(SettingProblem) -> Activation {
    guard !readsSizesOnly else { return .relu }
    switch name {
    case "silu", "swish": return .silu
    case "gelu", "gelu_python": return .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate": return .geluTanh
    case "relu": return .relu
    case "tanh": return .tanh
    default:
      throw problem(
        setting,
        "\"\(escaped(name ?? ""))\" is not known here; known are silu, gelu, gelu_new, "
          + "gelu_pytorch_tanh, relu, tanh")
    }
  }

  func norm(
    _ name: String?, prefix: String, width: Int? = nil
  ) throws(SettingProblem) -> NormDesign? {
    guard let name else { return nil }
    guard let epsilon = try number(table.norm.epsilon), epsilon >= 0 else {
      throw problem("layer_norm_eps", "expected a number of at least 0")
    }
    return NormDesign(
      kind: table.norm.kind, name: prefix + name, width: width ?? self.width, epsilon: epsilon,
      hasWeight: table.norm.hasWeight, hasBias: try isSet(table.norm.bias))
  }

  // MARK: The body

  func embedding() throws(SettingProblem) -> EmbeddingDesign {
    let names = table.names
    guard let vocabulary = try configuration.size("vocab_size") else {
      throw problem("vocab_size", "is missing")
    }
    var positions: EmbeddingDesign.Positions?
    if let name = names.positions {
      let count = try positionCount()
      let padding = table.countsFromPadding ? try text.integer("pad_token_id") ?? 1 : nil
      positions = EmbeddingDesign.Positions(
        name: names.body + name, count: count, padding: padding)
    }
    var segments: (name: String, count: Int)?
    if let name = names.segments {
      segments = (names.body + name, try configuration.size("type_vocab_size") ?? 2)
    }
    let multiplier: Double
    switch table.embeddingMultiplier {
    case nil: multiplier = 1
    case .rootOfWidth: multiplier = Double(width).squareRoot()
    case .setting(let name): multiplier = try text.number(name) ?? 1
    }
    return EmbeddingDesign(
      name: names.body + names.embedding, vocabulary: vocabulary, positions: positions,
      segments: segments, norm: try norm(names.embeddingNorm, prefix: names.body),
      multiplier: multiplier)
  }

  func positionLimit() throws(SettingProblem) -> Int? {
    guard table.names.positions != nil else { return nil }
    let count = try positionCount()
    guard table.countsFromPadding else { return count }
    return count - (try text.integer("pad_token_id") ?? 1) - 1
  }

  func positionCount() throws(SettingProblem) -> Int {
    try configuration.longestSequence ?? table.positions
  }

  func block(_ layer: Int) throws(SettingProblem) -> BlockDesign {
    let prefix = table.names.body + table.names.block.replacing("#", with: "\(layer)")
    let multiplier = try number(table.residualMultiplier) ?? 1
    func side(
      _ names: ArchitectureTable.SideNames, skipsBefore: Bool = false
    ) throws(SettingProblem) -> SideDesign {
      SideDesign(
        before: skipsBefore ? nil : try norm(names.before, prefix: prefix),
        behind: try norm(names.behind, prefix: prefix),
        after: try norm(names.after, prefix: prefix), multiplier: multiplier)
    }
    let isParallel =
      switch table.isParallel {
      case .never: false
      case .always: true
      case .setting(let name, else: let fallback): try flag(name, else: fallback)
      }
    return BlockDesign(
      attention: try attention(layer, prefix),
      attentionSide: try side(
        table.names.attention, skipsBefore: table.firstReadsEmbedding && layer == 0),
      network: try network(layer, prefix), networkSide: try side(table.names.network),
      isParallel: isParallel)
  }
}
