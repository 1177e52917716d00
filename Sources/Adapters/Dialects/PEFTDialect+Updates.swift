import Tensors

extension PEFTDialect {
  mutating func update(_ key: String) -> ModuleUpdate? {
    guard let parts = table.pair(of: key), checkMagnitude(parts) else { return nil }
    let (module, depth) = Self.unwrapped(key)
    do throws(PatternError) {
      let isParameter = try configuration.hasParameters(of: module)
      if depth > 0 || isParameter {
        return try parameterUpdate(of: module, depth: depth, parts)
      }
      if !configuration.packedParts.isEmpty { return try packedUpdate(of: module, parts) }
      guard let rank = try rank(of: module, parts.down, parts.up) else { return nil }
      let factor = scaling(
        alpha: try configuration.alpha(for: module), rank: rank,
        isRankStabilized: configuration.isRankStabilized)
      return ModuleUpdate(
        module: module, kind: embeddings.contains(key) ? .embedding : .weight,
        pair: LowRankPair(down: parts.down.tensor, up: parts.up.tensor, scaling: factor),
        rank: rank, upBias: parts.upBias?.tensor, magnitude: parts.magnitude?.tensor,
        tensorNames: parts.tensorNames)
    } catch {
      refusePattern("rank_pattern or alpha_pattern", error)
      return nil
    }
  }

  private mutating func checkMagnitude(_ parts: PairTable.Pair) -> Bool {
    if parts.magnitude == nil, configuration.usesMagnitudes {
      refuse(parts.down.name, "use_dora is set, but the module has no lora_magnitude_vector")
      return false
    }
    if let magnitude = parts.magnitude, !configuration.usesMagnitudes {
      refuse(
        magnitude.name,
        "is DoRA's, and use_dora is not set; set it to true in the configuration if the adapter was "
          + "trained so")
      return false
    }
    return true
  }

  /// The update of a layer whose outputs are n equal parts, of which `enable_lora` names k: MergedLinear
  /// of PEFT 0.1 and of LoRA's own library.
  ///
  /// A is `[k·r, in]`, B `[k·out/n, r]` or, of a convolution in k groups, `[k·out/n, r, 1]`; of group g
  /// the rows `g·r…` of A and `g·out/n…` of B belong to the g-th part that is named.
  ///
  /// Sources: <https://github.com/huggingface/peft/blob/v0.1.0/src/peft/tuners/lora.py>,
  /// <https://github.com/microsoft/LoRA/blob/main/loralib/layers.py>
  private mutating func packedUpdate(
    of module: String, _ parts: PairTable.Pair
  ) throws(PatternError) -> ModuleUpdate? {
    guard checkMatrices(parts.down, parts.up) else { return nil }
    let named = configuration.packedParts.indices.filter { configuration.packedParts[$0] }
    let (count, rank) = (named.count, try configuration.ranks(for: module)[0])
    let (down, up) = (parts.down.tensor, parts.up.tensor)
    let isMatrix = up.shape.rank == 2 || (up.shape.rank == 3 && up.shape[2] == 1)
    guard down.shape.rank == 2, isMatrix, down.shape[0] == count * rank, up.shape[1] == rank,
      up.shape[0] % count == 0, parts.upBias == nil, parts.magnitude == nil
    else {
      refuse(
        parts.down.name,
        "expected \(count * rank) rows and a lora_B of \(rank) columns, for enable_lora names \(count) "
          + "parts of the outputs; found \(down.shape) and \(up.shape): correct r or enable_lora")
      return nil
    }
    let (rows, factor) = (up.shape[0] / count, try configuration.alpha(for: module) / Double(rank))
    let matrix = up.reshaped(to: [up.shape[0], rank])
    var joined = JoinedUpdate(module, partCount: configuration.packedParts.count)
    for (group, part) in named.enumerated() {
      let pair = LowRankPair(
        down: down.selectingRows(Array((group * rank)..<((group + 1) * rank))),
        up: matrix.selectingRows(Array((group * rows)..<((group + 1) * rows))), scaling: factor)
      joined.append(
        ModuleUpdate(
          module: module, kind: .weight, pair: pair, rank: rank, tensorNames: parts.tensorNames),
        as: part)
    }
    do throws(AdapterError) {
      var update = try joined.update(file: file)
      (update.statedModules, update.tensorNames) = ([module], parts.tensorNames)
      return update
    } catch {
      table.refuse(error)
      return nil
    }
  }

  /// The update of a parameter, with what holds if it is the one that the usual order of names says.
  private mutating func parameterUpdate(
    of module: String, depth: Int, _ parts: PairTable.Pair
  ) throws(PatternError) -> ModuleUpdate? {
    guard checkMatrices(parts.down, parts.up) else { return nil }
    guard parts.upBias == nil, parts.magnitude == nil else {
      refuse(
        (parts.upBias ?? parts.magnitude ?? parts.down).name,
        "belongs to a parameter of target_parameters, which has neither a bias nor DoRA in PEFT")
      return nil
    }
    let rows = parts.down.tensor.shape[0]
    let possible = try configuration.parameterSettings(of: module, rows: rows)
    // The outermost wrapper is of the parameter that the module defines last.
    let usual = possible.dropLast(depth).last ?? possible.first
    guard let usual else {
      refuse(
        parts.down.name,
        configuration.parameterNames(of: module).isEmpty
          ? "target_parameters names no parameter of \"\(escaped(module))\"; correct it"
          : "expected a multiple of the rank that the configuration states, found \(rows) rows; "
            + "correct r or rank_pattern")
      return nil
    }
    var update = ModuleUpdate(
      module: module, kind: .parameter(depth: depth, name: usual.name),
      pair: LowRankPair(
        down: parts.down.tensor, up: parts.up.tensor, scaling: usual.settings.scaling),
      rank: usual.settings.rank, tensorNames: parts.tensorNames)
    update.parameterSettings = Dictionary(
      possible.map { ($0.name, $0.settings) }, uniquingKeysWith: { first, _ in first })
    return update
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

  private mutating func checkMatrices(_ down: NamedTensor, _ up: NamedTensor) -> Bool {
    guard down.tensor.shape.rank >= 2, up.tensor.shape.rank >= 2 else {
      let short = down.tensor.shape.rank < 2 ? down : up
      refuse(short.name, "expected a matrix, found the shape \(short.tensor.shape)")
      return false
    }
    return true
  }

  /// The rank that the factors have, when the configuration agrees.
  private mutating func rank(
    of module: String, _ down: NamedTensor, _ up: NamedTensor
  ) throws(PatternError) -> Int? {
    guard checkMatrices(down, up) else { return nil }
    let found = down.tensor.shape[0]
    let allowed = try configuration.ranks(for: module)
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
