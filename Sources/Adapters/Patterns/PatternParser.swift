/// The syntax tree of a regular expression.
indirect enum PatternNode: Sendable {
  case empty
  case scalar(ScalarSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// `node` at least `least` times and at most `most` (nil: without end).
  case repeated(PatternNode, least: Int, most: Int?)
  case start
  case end
  /// The very end, unlike `end` not before a last newline.
  case absoluteEnd
  case wordBoundary(negated: Bool)
  case look(PatternNode, negated: Bool)
}

/// Reads Python's regular expression syntax by recursive descent.
///
/// Groups may nest 100 deep, so that the descent has a bound of its own.
struct PatternParser {
  private let text: [Unicode.Scalar]
  private var position = 0
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

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ literal: String) -> Bool {
    let wanted = Array(literal.unicodeScalars)
    guard text.dropFirst(position).starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private func syntax(_ problem: String) -> PatternError {
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

  private mutating func parseEscape() throws(PatternError) -> PatternNode {
    let start = position
    position += 1
    guard let scalar = next else { throw syntax("bad escape (end of pattern)") }
    switch scalar {
    case "b", "B":
      position += 1
      return .wordBoundary(negated: scalar == "B")
    case "A":
      position += 1
      return .start
    case "Z":
      position += 1
      return .absoluteEnd
    case "1"..."9":
      throw .unsupported(construct: "a back-reference", offset: start)
    default:
      return .scalar(try parseEscapedSet())
    }
  }

  /// The set that the escape at the current position stands for; the backslash is already read.
  private mutating func parseEscapedSet() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw syntax("bad escape (end of pattern)") }
    position += 1
    switch scalar {
    case "d": return .digit
    case "D": return .digit.inverted
    case "w": return .word
    case "W": return .word.inverted
    case "s": return .space
    case "S": return .space.inverted
    case "n": return ScalarSet("\n")
    case "r": return ScalarSet("\r")
    case "t": return ScalarSet("\t")
    case "f": return ScalarSet("\u{C}")
    case "v": return ScalarSet("\u{B}")
    case "a": return ScalarSet("\u{7}")
    case "0": return ScalarSet("\0")
    case "x": return try parseHexadecimal(digits: 2)
    case "u": return try parseHexadecimal(digits: 4)
    case "a"..."z", "A"..."Z", "0"..."9":
      throw .syntax(problem: "bad escape \\\(scalar)", offset: position - 2)
    default:
      return ScalarSet(scalar)
    }
  }

  private mutating func parseHexadecimal(digits: Int) throws(PatternError) -> ScalarSet {
    let end = position + digits
    guard end <= text.count else { throw syntax("incomplete escape") }
    var value: UInt32 = 0
    while position < end {
      guard let digit = Character(text[position]).hexDigitValue else {
        throw syntax("incomplete escape")
      }
      value = value * 16 + UInt32(digit)
      position += 1
    }
    guard let scalar = Unicode.Scalar(value) else { throw syntax("not a character") }
    return ScalarSet(scalar)
  }

  private mutating func parseClass() throws(PatternError) -> ScalarSet {
    let start = position
    position += 1
    let negated = take("^")
    var set = ScalarSet()
    var isFirst = true
    while isFirst || next != "]" {
      isFirst = false
      guard next != nil else {
        throw .syntax(problem: "unterminated character set", offset: start)
      }
      let low = try parseClassItem()
      guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
        set.formUnion(low)
        continue
      }
      position += 1
      let high = try parseClassItem()
      guard let first = low.single, let last = high.single, first <= last else {
        throw syntax("bad character range")
      }
      set.insert(first...last)
    }
    position += 1
    return negated ? set.inverted : set
  }

  private mutating func parseClassItem() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw syntax("unterminated character set") }
    position += 1
    guard scalar == "\\" else { return ScalarSet(scalar) }
    if next == "b" {
      position += 1
      return ScalarSet("\u{8}")
    }
    return try parseEscapedSet()
  }
}
