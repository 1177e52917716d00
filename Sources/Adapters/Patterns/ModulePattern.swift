/// A regular expression over module names, in Python's syntax, that cannot hang.
///
/// Adapter configurations carry regular expressions (`target_modules` as a string, the keys of
/// `rank_pattern` and `alpha_pattern`) and come from strangers. A backtracking engine takes
/// exponential time on `(a+)+!`; this one follows all alternatives at once (Thompson's
/// construction), so a match takes at most pattern length × text length steps, and a budget bounds
/// what nested look-aheads can add.
///
/// Understood: literals, `.`, classes with ranges and negation, `\d \w \s \D \W \S \b \B \A \Z`,
/// character escapes, groups (capturing, named and not: nothing is captured), `|`, `* + ?`,
/// `{m}`, `{m,}`, `{,n}` and `{m,n}` (lazy and possessive marks change nothing about whether a whole
/// text matches, so lazy ones are accepted), `^ $`, `(?=…)`, `(?!…)`, and the flags `(?i)` and `(?s)`
/// at the start. Refused, because they cannot be followed in linear time or are not needed:
/// back-references, look-behind, conditional groups, possessive quantifiers and atomic groups.
///
/// Syntax: <https://docs.python.org/3/library/re.html#regular-expression-syntax>
package struct ModulePattern: Sendable {
  /// The expression as it was written.
  package let text: String
  private let program: PatternProgram

  /// Compiles `text`.
  ///
  /// - Throws: `PatternError` when the text is not a regular expression, uses what is not
  ///   understood, or grows past 20,000 parts when its repetitions are written out.
  package init(_ text: String) throws(PatternError) {
    self.text = text
    var parser = PatternParser(text)
    let tree = try parser.parse()
    program = try PatternProgram(tree, ignoresCase: parser.ignoresCase)
  }

  /// Whether the whole of `name` matches, as Python's `re.fullmatch`.
  ///
  /// - Throws: `PatternError.tooCostly` past the step budget.
  package func matchesWhole(_ name: String) throws(PatternError) -> Bool {
    try program.matches(Array(name.unicodeScalars), toEnd: true)
  }

  /// Whether the start of `name` matches, as Python's `re.match`.
  ///
  /// - Throws: `PatternError.tooCostly` past the step budget.
  package func matchesStart(_ name: String) throws(PatternError) -> Bool {
    try program.matches(Array(name.unicodeScalars), toEnd: false)
  }
}

/// Why a regular expression is not used.
package enum PatternError: Error, Equatable, CustomStringConvertible {
  /// The text breaks the syntax at this offset in characters.
  case syntax(problem: String, offset: Int)
  /// The construct cannot be matched in bounded time, or is not needed for module names.
  case unsupported(construct: String, offset: Int)
  case tooLarge
  case tooCostly

  package var description: String {
    switch self {
    case .syntax(let problem, let offset):
      "not a regular expression: \(problem) at character \(offset)"
    case .unsupported(let construct, let offset):
      "\(construct) at character \(offset) is not supported in a pattern"
    case .tooLarge:
      "the regular expression is too large"
    case .tooCostly:
      "the regular expression takes too long to match"
    }
  }
}
