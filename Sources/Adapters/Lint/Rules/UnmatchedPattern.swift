import Tensors

/// A key of `rank_pattern` or `alpha_pattern` that no adapted module matches: PEFT passes it over in
/// silence, and the module it was meant for has the common rank and alpha.
enum UnmatchedPattern: LintRule {
  static func findings(_ outline: AdapterOutline) -> [String] {
    let modules = outline.modules.map(\.name)
    let tables = [
      ("rank_pattern", try? outline.configuration.rankPattern.keysWithoutMatch(in: modules)),
      ("alpha_pattern", try? outline.configuration.alphaPattern.keysWithoutMatch(in: modules)),
    ]
    return tables.flatMap { setting, keys in
      (keys ?? []).map { key in
        "\(setting) \"\(escaped(key))\" matches no adapted module; is it misspelt?"
      }
    }
  }
}
