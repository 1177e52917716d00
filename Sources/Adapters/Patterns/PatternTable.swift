/// An ordered table from patterns of module names to values: `rank_pattern`, `alpha_pattern`.
///
/// PEFT takes the first key, in the file's order, for which `(.*\.)?(KEY)$` matches the start of the
/// module's name (`get_pattern_key` in `peft/utils/other.py`); so a key is a regular expression for
/// the end of a name, from a dot or from its very start.
package struct PatternTable<Value: Sendable>: Sendable {
  package let entries: [(key: String, value: Value)]
  private let patterns: [ModulePattern]

  /// The table without entries.
  package static var empty: Self { Self() }

  private init() {
    entries = []
    patterns = []
  }

  /// Compiles the keys.
  ///
  /// - Throws: `PatternError`, as `ModulePattern`.
  package init(_ entries: [(key: String, value: Value)]) throws(PatternError) {
    self.entries = entries
    var patterns: [ModulePattern] = []
    for (key, _) in entries {
      // By itself as well: "a)(b" must not become valid between the parentheses.
      _ = try ModulePattern(key)
      patterns.append(try ModulePattern("(.*\\.)?(\(key))$"))
    }
    self.patterns = patterns
  }

  package var isEmpty: Bool { entries.isEmpty }

  /// Every value whose key matches `module`, the decisive one first.
  package func values(for module: String) throws(PatternError) -> [Value] {
    var result: [Value] = []
    for (pattern, entry) in zip(patterns, entries) where try pattern.matchesStart(module) {
      result.append(entry.value)
    }
    return result
  }

  /// The keys that match none of `modules`: probably misspelt.
  package func keysWithoutMatch(in modules: [String]) throws(PatternError) -> [String] {
    var result: [String] = []
    for (pattern, entry) in zip(patterns, entries) {
      var isUsed = false
      for module in modules {
        isUsed = try pattern.matchesStart(module)
        if isUsed { break }
      }
      if !isUsed { result.append(entry.key) }
    }
    return result
  }
}
