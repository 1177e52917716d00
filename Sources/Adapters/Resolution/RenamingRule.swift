/// A run of parts of a dotted name that is exchanged for another run; `#` is any number, and stays.
struct RenamingRule {
  private let stored: [Substring]
  private let renamed: [[Substring]]

  /// A rule that gives a run one other name.
  init(_ stored: String, _ renamed: String) { self.init(stored, [renamed]) }

  /// A rule for a module whose rows are those of several, one behind the other.
  init(_ stored: String, _ parts: [String]) {
    self.stored = stored.split(separator: ".")
    renamed = parts.map { $0.split(separator: ".") }
  }

  /// The names that stand for `parts`, one for each that the rule tells apart; nil without its run.
  ///
  /// Only the first occurrence is exchanged.
  func names(for parts: [Substring]) -> [[Substring]]? {
    guard parts.count >= stored.count else { return nil }
    for start in 0...(parts.count - stored.count) {
      let run = parts[start..<(start + stored.count)]
      guard zip(run, stored).allSatisfy(Self.matches) else { continue }
      let numbers = zip(run, stored).filter { $0.1 == "#" }.map(\.0)
      return renamed.map { name in
        var rest = numbers[...]
        let filled = name.map { $0 == "#" ? rest.popFirst() ?? $0 : $0 }
        return Array(parts[..<start]) + filled + Array(parts[run.endIndex...])
      }
    }
    return nil
  }

  private static func matches(_ part: Substring, _ pattern: Substring) -> Bool {
    pattern == "#" ? part.utf8.allSatisfy { (48...57).contains($0) } : part == pattern
  }
}
