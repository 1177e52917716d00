import Tensors

/// Which parameters `target_parameters` means, and what the patterns say of them.
///
/// PEFT compares each entry with the end of a parameter's full name, at a dot: `mlp.experts.down_proj`
/// as well as `down_proj` alone. `rank_pattern` and `alpha_pattern` are asked with that full name.
extension AdapterConfiguration {
  /// Rank and scaling of a parameter.
  struct ParameterSettings: Sendable, Hashable {
    let rank: Int
    let scaling: Double
  }

  /// Names that parameters of the module itself can have, in the order in which modules define them.
  ///
  /// One without a module before it can be any module's.
  package func parameterNames(of module: String) -> [String] {
    var names: [String] = []
    for target in targetParameters {
      let dot = target.lastIndex(of: ".")
      let name = dot.map { String(target[target.index(after: $0)...]) } ?? target
      let isMeant =
        dot.map { ModuleSelection.isSuffix(String(target[..<$0]), of: module) } ?? true
      if isMeant, !names.contains(name) { names.append(name) }
    }
    let order = ExpertAssignment.usualOrder
    return names.sorted {
      (order.firstIndex(of: $0) ?? order.count, $0) < (order.firstIndex(of: $1) ?? order.count, $1)
    }
  }

  /// Whether `target_parameters` names a parameter of the module itself.
  ///
  /// By a name without a module only where `target_modules` does not name the module: nobody adapts
  /// one both ways.
  func hasParameters(of module: String) throws(PatternError) -> Bool {
    let isNamed = targetParameters.contains { target in
      target.lastIndex(of: ".").map { ModuleSelection.isSuffix(String(target[..<$0]), of: module) }
        ?? false
    }
    guard !isNamed else { return true }
    guard targetParameters.contains(where: { !$0.contains(".") }) else { return false }
    if case .allLinear? = targets { return ModuleSelection.isSuffix("experts", of: module) }
    return try !(targets?.contains(module) ?? false)
  }

  /// What the patterns say of each parameter of the module whose rank divides `rows`, by its name.
  func parameterSettings(
    of module: String, rows: Int
  ) throws(PatternError) -> [(name: String, settings: ParameterSettings)] {
    var result: [(name: String, settings: ParameterSettings)] = []
    for name in parameterNames(of: module) {
      let key = module + "." + name
      guard let rank = try ranks(for: key).first(where: rows.isMultiple) else { continue }
      let factor = scaling(
        alpha: try alpha(for: key), rank: rank, isRankStabilized: isRankStabilized)
      result.append((name, ParameterSettings(rank: rank, scaling: factor)))
    }
    return result
  }
}
