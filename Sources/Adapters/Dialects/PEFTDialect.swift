import Tensors

/// Reads the tensors of an adapter in PEFT's layout.
struct PEFTDialect {
  let file: String
  let configuration: AdapterConfiguration
  private var table: PairTable
  /// Modules whose factors are those of an embedding.
  private var embeddings: Set<String> = []
  private var replacements: [Replacement] = []

  /// Updates and replacements of `tensors`, in the file's order.
  ///
  /// - Throws: `ErrorList` with every tensor that cannot be used.
  static func read(
    _ tensors: [(name: String, tensor: Tensor)], configuration: AdapterConfiguration, file: String
  ) throws(ErrorList) -> (updates: [ModuleUpdate], replacements: [Replacement]) {
    var dialect = Self(file: file, configuration: configuration)
    for (name, tensor) in tensors { dialect.take(NamedTensor(name: name, tensor: tensor)) }
    let updates = dialect.table.modules.compactMap { dialect.update($0) }
    if tensors.isEmpty {
      dialect.table.refuse(.mismatch(file: file, problem: "the adapter has no tensors"))
    }
    guard dialect.table.errors.isEmpty else { throw ErrorList(dialect.table.errors) }
    return (updates, dialect.replacements)
  }

  private init(file: String, configuration: AdapterConfiguration) {
    self.file = file
    self.configuration = configuration
    table = PairTable(
      file: file,
      wording: PairTable.Wording(
        noUp: "lora_A has no lora_B beside it", noDown: "lora_B has no lora_A beside it",
        neither: "has no lora_A and lora_B beside it"))
  }

  private mutating func refuse(_ name: String, _ problem: String) { table.refuse(name, problem) }

  // MARK: Sorting by module

  private mutating func take(_ tensor: NamedTensor) {
    let meaning = PEFTName(tensor.name)
    if let part = Self.part(of: meaning.role) {
      table.place(tensor, at: part, of: meaning.owner)
      if meaning.role == .embeddingDown || meaning.role == .embeddingUp {
        embeddings.insert(meaning.owner)
      }
      return
    }
    table.check(tensor)
    switch meaning.role {
    case .tokenRows:
      takeTokenRows(tensor, of: meaning.owner)
    case .parameter:
      replacements.append(
        Replacement(
          parameter: meaning.owner, tensor: tensor.tensor, rows: nil, tensorName: tensor.name))
    default:
      refuse(
        tensor.name,
        "is no tensor that LoRA knows, and what it does would be lost; merge with the tool that wrote it"
      )
    }
  }

  /// Which part of a pair a name means; nil for what belongs to none.
  private static func part(
    of role: PEFTName.Role
  ) -> WritableKeyPath<PairTable.Parts, NamedTensor?>? {
    switch role {
    case .down, .embeddingDown: \.down
    case .up, .embeddingUp: \.up
    case .upBias: \.upBias
    case .magnitude: \.magnitude
    case .tokenRows, .parameter, .unknown: nil
    }
  }

  private mutating func takeTokenRows(_ named: NamedTensor, of module: String) {
    let (name, tensor) = (named.name, named.tensor)
    let stated = configuration.trainableTokens.first { entry in
      entry.module.isEmpty || ModuleSelection.isSuffix(entry.module, of: module)
    }
    guard let rows = stated?.indices else {
      refuse(name, "trainable_token_indices does not say which rows these are")
      return
    }
    guard tensor.shape.rank == 2, tensor.shape[0] == rows.count else {
      refuse(
        name, "expected \(rows.count) rows, one for each trained token, found \(tensor.shape)")
      return
    }
    replacements.append(
      Replacement(
        parameter: module + ".weight", tensor: tensor, rows: rows, tensorName: name))
  }

  // MARK: Building an update

  private mutating func update(_ key: String) -> ModuleUpdate? {
    guard let parts = table.pair(of: key) else { return nil }
    if parts.magnitude == nil, configuration.usesMagnitudes {
      refuse(parts.down.name, "use_dora is set, but the module has no lora_magnitude_vector")
      return nil
    }
    if let magnitude = parts.magnitude, !configuration.usesMagnitudes {
      refuse(
        magnitude.name,
        "is DoRA's, and use_dora is not set; set it to true in the configuration if the adapter was "
          + "trained so")
      return nil
    }
    let (module, depth) = Self.unwrapped(key)
    let isParameter = depth > 0 || configuration.hasParameters(of: module)
    guard let rank = rank(of: module, parts.down, parts.up, isParameter: isParameter) else {
      return nil
    }
    do {
      let alpha = try configuration.alpha(for: module)
      let pair = LowRankPair(
        down: parts.down.tensor, up: parts.up.tensor,
        scaling: scaling(
          alpha: alpha, rank: rank, isRankStabilized: configuration.isRankStabilized))
      return ModuleUpdate(
        module: module,
        kind: isParameter
          ? .parameter(depth: depth) : embeddings.contains(key) ? .embedding : .weight,
        pair: pair, rank: rank, upBias: parts.upBias?.tensor, magnitude: parts.magnitude?.tensor,
        tensorNames: parts.tensorNames)
    } catch {
      refusePattern("alpha_pattern", error)
      return nil
    }
  }

  private mutating func refusePattern(_ setting: String, _ error: PatternError) {
    table.refuse(.pattern(file: file, setting: setting, pattern: "", error: error))
  }

  /// The module inside `depth` wrappers: PEFT nests one for each targeted parameter of a module.
  private static func unwrapped(_ key: String) -> (module: String, depth: Int) {
    var module = Substring(key)
    var depth = 0
    while module.hasSuffix(".base_layer") {
      module = module.dropLast(".base_layer".count)
      depth += 1
    }
    return (String(module), depth)
  }

  /// The rank that the factors have, when the configuration agrees.
  private mutating func rank(
    of module: String, _ down: NamedTensor, _ up: NamedTensor, isParameter: Bool
  ) -> Int? {
    guard down.tensor.shape.rank >= 2, up.tensor.shape.rank >= 2 else {
      let short = down.tensor.shape.rank < 2 ? down : up
      refuse(short.name, "expected a matrix, found the shape \(short.tensor.shape)")
      return nil
    }
    let found = down.tensor.shape[0]
    let allowed: [Int]
    do {
      allowed = try configuration.ranks(for: module)
    } catch {
      refusePattern("rank_pattern", error)
      return nil
    }
    if isParameter {
      guard let rank = allowed.first(where: { found % $0 == 0 }) else {
        refuse(down.name, "expected a multiple of rank \(allowed[0]), found \(found) rows")
        return nil
      }
      return rank
    }
    guard allowed.contains(found) else {
      refuse(
        down.name,
        "expected rank \(allowed[0]) from the configuration, found \(down.tensor.shape); "
          + "correct r or rank_pattern")
      return nil
    }
    return found
  }
}

extension AdapterConfiguration {
  /// Whether `target_parameters` names a parameter of the module itself.
  func hasParameters(of module: String) -> Bool {
    targetParameters.contains { parameter in
      guard let dot = parameter.lastIndex(of: ".") else { return false }
      return ModuleSelection.isSuffix(String(parameter[..<dot]), of: module)
    }
  }
}
