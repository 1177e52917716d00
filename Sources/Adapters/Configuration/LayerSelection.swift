/// Which of a model's repeated layers an adapter means: `layers_to_transform`, `layers_pattern`.
///
/// PEFT finds a module's layer number with a regular expression: without a pattern in the first
/// `.NAME.NUMBER.` of the module's name; with patterns in the last `.PATTERN.NUMBER.` of the first
/// pattern that occurs. A module without a number is not adapted.
///
/// Source: `check_target_module_exists` in
/// <https://github.com/huggingface/peft/blob/main/src/peft/tuners/tuners_utils.py>
package struct LayerSelection: Sendable {
  /// The numbers of the layers; nil means all of them.
  package let indices: Set<Int>?
  /// Names of the list of layers, as `layers` or `h`, each a regular expression.
  private let patterns: [ModulePattern]

  /// - Throws: `PatternError` when a pattern is no regular expression.
  package init(indices: [Int]?, patterns: [String]) throws(PatternError) {
    self.indices = indices.map(Set.init)
    var compiled: [ModulePattern] = []
    for pattern in patterns {
      _ = try ModulePattern(pattern)
      compiled.append(try ModulePattern(".*\\.(\(pattern))\\."))
    }
    self.patterns = compiled
  }

  /// Whether `module` lies in one of the layers.
  package func contains(_ module: String) throws(PatternError) -> Bool {
    guard let indices else { return true }
    guard let layer = try layer(of: module) else { return false }
    return indices.contains(layer)
  }

  private func layer(of module: String) throws(PatternError) -> Int? {
    let parts = module.split(separator: ".", omittingEmptySubsequences: false)
    let numbered = parts.indices.filter { index in
      index >= 2 && index < parts.count - 1
        && parts[index].utf8.allSatisfy { (48...57).contains($0) }
    }
    guard !patterns.isEmpty else {
      return numbered.first.flatMap { Int(parts[$0]) }
    }
    for pattern in patterns {
      for index in numbered.reversed() {
        let prefix = parts[..<index].joined(separator: ".") + "."
        if try pattern.matchesWhole(prefix) { return Int(parts[index]) }
      }
    }
    return nil
  }
}
