import Tensors

/// Reads the tensors of an adapter in PEFT's layout.
struct PEFTDialect {
  let file: String
  let configuration: AdapterConfiguration
  private var modules: [String: Parts] = [:]
  private var order: [String] = []
  private var replacements: [Replacement] = []
  private var errors: [any ReportableError] = []

  /// What the file holds for one module.
  private struct Parts {
    var down: (name: String, tensor: Tensor)?
    var up: (name: String, tensor: Tensor)?
    var upBias: (name: String, tensor: Tensor)?
    var magnitude: (name: String, tensor: Tensor)?
    var isEmbedding = false
  }

  /// Updates and replacements of `tensors`, in the file's order.
  ///
  /// - Throws: `ErrorList` with every tensor that cannot be used.
  static func read(
    _ tensors: [(name: String, tensor: Tensor)], configuration: AdapterConfiguration, file: String
  ) throws(ErrorList) -> (updates: [ModuleUpdate], replacements: [Replacement]) {
    var dialect = Self(file: file, configuration: configuration)
    for (name, tensor) in tensors { dialect.take(name, tensor) }
    let updates = dialect.order.compactMap { dialect.update($0) }
    if tensors.isEmpty {
      dialect.errors.append(
        AdapterError.mismatch(file: file, problem: "the adapter has no tensors"))
    }
    guard dialect.errors.isEmpty else { throw ErrorList(dialect.errors) }
    return (updates, dialect.replacements)
  }

  private init(file: String, configuration: AdapterConfiguration) {
    self.file = file
    self.configuration = configuration
  }

  private mutating func refuse(_ name: String, _ problem: String) {
    errors.append(AdapterError.tensor(file: file, name: name, problem: problem))
  }

  // MARK: Sorting by module

  private mutating func take(_ name: String, _ tensor: Tensor) {
    let meaning = PEFTName(name)
    if let problem = AdapterTensor.problem(tensor) {
      refuse(name, problem)
    }
    switch meaning.role {
    case .down, .embeddingDown:
      place(name, tensor, at: \.down, of: meaning)
    case .up, .embeddingUp:
      place(name, tensor, at: \.up, of: meaning)
    case .upBias:
      place(name, tensor, at: \.upBias, of: meaning)
    case .magnitude:
      place(name, tensor, at: \.magnitude, of: meaning)
    case .tokenRows:
      takeTokenRows(name, tensor, of: meaning.owner)
    case .parameter:
      replacements.append(
        Replacement(parameter: meaning.owner, tensor: tensor, rows: nil, tensorName: name))
    case .unknown:
      refuse(name, "not a tensor that LoRA knows; remove it, or merge with the tool that wrote it")
    }
  }

  private mutating func place(
    _ name: String, _ tensor: Tensor,
    at part: WritableKeyPath<Parts, (name: String, tensor: Tensor)?>, of meaning: PEFTName
  ) {
    if modules[meaning.owner] == nil { order.append(meaning.owner) }
    var parts = modules[meaning.owner] ?? Parts()
    if let other = parts[keyPath: part] {
      refuse(name, "means the same as \"\(escaped(other.name))\"; one of them has to go")
    }
    parts[keyPath: part] = (name, tensor)
    if meaning.role == .embeddingDown || meaning.role == .embeddingUp { parts.isEmbedding = true }
    modules[meaning.owner] = parts
  }

  private mutating func takeTokenRows(_ name: String, _ tensor: Tensor, of module: String) {
    let named = configuration.trainableTokens.first { entry in
      entry.module.isEmpty || ModuleSelection.isSuffix(entry.module, of: module)
    }
    guard let rows = named?.indices else {
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
    guard let parts = modules[key] else { return nil }
    guard let down = parts.down, let up = parts.up else {
      refuseIncomplete(parts)
      return nil
    }
    if parts.magnitude == nil, configuration.usesMagnitudes {
      refuse(down.name, "use_dora is set, but the module has no lora_magnitude_vector")
      return nil
    }
    let (module, depth) = Self.unwrapped(key)
    let isParameter = depth > 0 || configuration.hasParameters(of: module)
    guard let rank = rank(of: module, down, up, isParameter: isParameter) else { return nil }
    do {
      let alpha = try configuration.alpha(for: module)
      let pair = LowRankPair(
        down: down.tensor, up: up.tensor,
        scaling: scaling(
          alpha: alpha, rank: rank, isRankStabilized: configuration.isRankStabilized))
      let names = [down, up, parts.upBias, parts.magnitude].compactMap { $0?.name }
      return ModuleUpdate(
        module: module,
        kind: isParameter ? .parameter(depth: depth) : parts.isEmbedding ? .embedding : .weight,
        pair: pair, rank: rank, upBias: parts.upBias?.tensor, magnitude: parts.magnitude?.tensor,
        tensorNames: names)
    } catch {
      refusePattern("alpha_pattern", error)
      return nil
    }
  }

  private mutating func refuseIncomplete(_ parts: Parts) {
    if let down = parts.down {
      refuse(down.name, "lora_A has no lora_B beside it; the file is incomplete")
    } else if let up = parts.up {
      refuse(up.name, "lora_B has no lora_A beside it; the file is incomplete")
    } else if let other = parts.upBias ?? parts.magnitude {
      refuse(other.name, "has no lora_A and lora_B beside it; the file is incomplete")
    }
  }

  private mutating func refusePattern(_ setting: String, _ error: PatternError) {
    errors.append(
      AdapterError.pattern(file: file, setting: setting, pattern: "", error: error))
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
    of module: String, _ down: (name: String, tensor: Tensor),
    _ up: (name: String, tensor: Tensor), isParameter: Bool
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
