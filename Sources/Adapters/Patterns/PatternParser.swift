/// Reads Python's regular expression syntax by recursive descent.
///
/// Groups may nest 100 deep, so that the descent has a bound of its own. Escapes and
/// character sets are read in an extension.
struct PatternParser {
  let text: [Unicode.Scalar]
  var position = 0
  private var depth = 0
  private(set) var ignoresCase = false
  private var dotMatchesNewline = false

  init(_ text: String) {
    self.text = Array(text.unicodeScalars)
  }

  mutating func parse() throws(PatternError) -> PatternNode {
    try parseLeadingFlags()
    let node = try parseChoice()
    guard position == text.count else { throw syntax("unbalanced parenthesis") }
    return node
  }

  // MARK: Reading

  var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  mutating func take(_ literal: String) -> Bool {
    let wanted = Array(literal.unicodeScalars)
    guard text.dropFirst(position).starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  func syntax(_ problem: String) -> PatternError {
    .syntax(problem: problem, offset: position)
  }

  // MARK: Grammar

  private mutating func parseLeadingFlags() throws(PatternError) {
    let start = position
    guard take("(?"), let first = next, "aiLmsux".unicodeScalars.contains(first) else {
      position = start
      return
    }
    while let flag = next, flag != ")" {
      switch flag {
      case "i": ignoresCase = true
      case "s": dotMatchesNewline = true
      case "a", "u": break
      default: throw .unsupported(construct: "the flag \"\(flag)\"", offset: position)
      }
      position += 1
    }
    guard take(")") else { throw syntax("missing )") }
  }

  private mutating func parseChoice() throws(PatternError) -> PatternNode {
    var branches = [try parseSequence()]
    while take("|") { branches.append(try parseSequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func parseSequence() throws(PatternError) -> PatternNode {
    var items: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      items.append(try parseRepetition(of: try parseAtom()))
    }
    return items.count == 1 ? items[0] : items.isEmpty ? .empty : .sequence(items)
  }

  private mutating func parseRepetition(of atom: PatternNode) throws(PatternError) -> PatternNode {
    guard let (least, most) = try parseQuantifier() else { return atom }
    if next == "+" { throw .unsupported(construct: "a possessive quantifier", offset: position) }
    if next == "?" { position += 1 }
    let afterFirst = position
    guard try parseQuantifier() == nil else {
      position = afterFirst
      throw syntax("multiple repeat")
    }
    return .repeated(atom, least: least, most: most)
  }

  /// A quantifier at the current position; a `{` that starts none is a literal, as in Python.
  private mutating func parseQuantifier() throws(PatternError) -> (least: Int, most: Int?)? {
    switch next {
    case "*":
      position += 1
      return (0, nil)
    case "+":
      position += 1
      return (1, nil)
    case "?":
      position += 1
      return (0, 1)
    case "{":
      return try parseBraces()
    default:
      return nil
    }
  }

  private mutating func parseBraces() throws(PatternError) -> (least: Int, most: Int?)? {
    let start = position
    position += 1
    let least = takeNumber()
    let most: Int?
    if take(",") {
      most = takeNumber()
      if least == nil && most == nil && next != "}" {
        position = start
        return nil
      }
    } else {
      most = least
    }
    guard take("}"), position - start > 2 else {
      position = start
      return nil
    }
    if let most, most < least ?? 0 { throw syntax("min repeat greater than max repeat") }
    guard (least ?? 0) <= 1000, (most ?? 0) <= 1000 else { throw .tooLarge }
    return (least ?? 0, most)
  }

  private mutating func takeNumber() -> Int? {
    var digits = ""
    while let scalar = next, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    return digits.isEmpty ? nil : Int(digits) ?? Int.max
  }

  private mutating func parseAtom() throws(PatternError) -> PatternNode {
    guard let scalar = next else { throw syntax("unexpected end") }
    switch scalar {
    case "(":
      return try parseGroup()
    case "[":
      return .scalar(try parseClass())
    case "\\":
      return try parseEscape()
    case "*", "+", "?":
      throw syntax("nothing to repeat")
    case "{":
      let start = position
      if try parseBraces() != nil {
        position = start
        throw syntax("nothing to repeat")
      }
    default:
      break
    }
    position += 1
    switch scalar {
    case ".": return .scalar(dotMatchesNewline ? .any : .anyButNewline)
    case "^": return .start
    case "$": return .end
    default: return .scalar(ScalarSet(scalar))
    }
  }

  private mutating func parseGroup() throws(PatternError) -> PatternNode {
    let start = position
    position += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= 100 else { throw .tooLarge }
    var look: Bool?
    if take("?") { look = try parseGroupKind(openedAt: start) }
    let inner = try parseChoice()
    guard take(")") else {
      throw .syntax(problem: "missing ), unterminated subpattern", offset: start)
    }
    return look.map { .look(inner, negated: $0) } ?? inner
  }

  /// What follows `(?`: nil for a plain group, or whether a look-ahead is negated.
  private mutating func parseGroupKind(openedAt start: Int) throws(PatternError) -> Bool? {
    if take(":") { return nil }
    if take("=") { return false }
    if take("!") { return true }
    if take("P<") {
      while let scalar = next, scalar != ">" {
        guard scalar == "_" || scalar.properties.isXIDContinue else {
          throw syntax("bad character in group name")
        }
        position += 1
      }
      guard take(">") else { throw syntax("missing >, unterminated name") }
      return nil
    }
    if take("#") { throw .unsupported(construct: "a comment group", offset: start) }
    if take("<") { throw .unsupported(construct: "a look-behind", offset: start) }
    if take(">") { throw .unsupported(construct: "an atomic group", offset: start) }
    if take("P=") { throw .unsupported(construct: "a back-reference", offset: start) }
    if take("(") { throw .unsupported(construct: "a conditional group", offset: start) }
    throw syntax("unknown extension")
  }
}
