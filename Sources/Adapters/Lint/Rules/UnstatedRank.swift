import Tensors

/// Factors of another rank than the configuration gives their module: a merge refuses them.
enum UnstatedRank: LintRule {
  /// A wrong `r` is said of a few modules and not of hundreds.
  private static let mostFindings = 5

  static func findings(_ outline: AdapterOutline) -> [String] {
    outline.modules.filter { module in
      let allowed = (try? outline.configuration.ranks(for: module.name)) ?? []
      return !allowed.contains(module.rank)
    }.prefix(mostFindings).map { module in
      "\(escaped(module.name)) has rank \(module.rank), which the configuration does not say; "
        + "correct r or rank_pattern"
    }
  }
}
