/// Reads regular expressions in Oniguruma's Ruby syntax, as far as tokenizers use it.
///
///     expression  = sequence *("|" sequence)
///     sequence    = *(atom [quantifier])
///     atom        = character / "." / escape / set / group
///     quantifier  = ("*" / "+" / "?") ["?" / "+"] / "{" [n] ["," [m]] "}" ["?"]
///     group       = "(" ["?:" / "?i:" / "?-i:" / "?=" / "?!" / "?>"] expression ")"
///
/// Groups capture nothing, for nothing asks. Everything else is refused by name.
/// Source: <https://github.com/kkos/oniguruma/blob/master/doc/RE>
struct PatternParser {
  static let depthLimit = 32
  static let repetitionLimit = 1000

  let pattern: [Unicode.Scalar]
  var position = 0
  var ignoresCase = false
  var depth = 0

  static func parse(_ pattern: String) throws(ExpressionProblem) -> PatternTree {
    var parser = Self(pattern: Array(pattern.unicodeScalars))
    let expression = try parser.expression()
    guard parser.position == parser.pattern.count else { throw parser.problem("\")\" is too many") }
    return expression
  }

  var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

  mutating func take(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard pattern[position...].starts(with: scalars) else { return false }
    position += scalars.count
    return true
  }

  func problem(_ text: String, at place: Int? = nil) -> ExpressionProblem {
    ExpressionProblem(place: (place ?? position) + 1, problem: text)
  }

  mutating func expression() throws(ExpressionProblem) -> PatternTree {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw problem("groups are nested more than \(Self.depthLimit) deep")
    }
    var alternatives = [try sequence()]
    while take("|") { alternatives.append(try sequence()) }
    depth -= 1
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func sequence() throws(ExpressionProblem) -> PatternTree {
    var parts: [PatternTree] = []
    let start = position
    while let scalar = next, scalar != "|", scalar != ")" {
      parts.append(try quantified(try atom()))
    }
    if ignoresCase { try refuseLongFolds(in: start..<position) }
    return .sequence(parts)
  }

  private mutating func atom() throws(ExpressionProblem) -> PatternTree {
    guard let scalar = next else { throw problem("the pattern ends too early") }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case ".":
      position += 1
      return .set(.allButLineFeed)
    case "\\": return .set(try escape().set)
    case "^", "$": throw problem("the anchor \"\(scalar)\" is not supported")
    case "*", "+", "?", "{":
      throw problem("\"\(scalar)\" repeats nothing")
    default:
      position += 1
      return .set(try folded(scalar))
    }
  }

  private mutating func group() throws(ExpressionProblem) -> PatternTree {
    let start = position
    position += 1
    let outer = ignoresCase
    defer { ignoresCase = outer }
    var wrap: (PatternTree) -> PatternTree = { $0 }
    if take("?i:") {
      ignoresCase = true
    } else if take("?-i:") {
      ignoresCase = false
    } else if take("?=") {
      wrap = { .lookahead($0, isNegative: false) }
    } else if take("?!") {
      wrap = { .lookahead($0, isNegative: true) }
    } else if take("?>") {
      wrap = { .repetition($0, .init(minimum: 1, maximum: 1, kind: .possessive)) }
    } else if !take("?:"), next == "?" {
      throw problem("a group of this kind is not supported", at: start)
    }
    let body = try expression()
    guard take(")") else { throw problem("the group is not closed", at: start) }
    return wrap(body)
  }

  private mutating func quantified(_ atom: PatternTree) throws(ExpressionProblem) -> PatternTree {
    var result = atom
    while let repetition = try quantifier() {
      if result.isNullable, repetition.maximum == nil {
        throw problem("what is repeated may be empty")
      }
      result = .repetition(result, repetition)
    }
    return result
  }

  private mutating func quantifier() throws(ExpressionProblem) -> PatternTree.Repetition? {
    var repetition: PatternTree.Repetition
    switch next {
    case "*": repetition = .init(minimum: 0)
    case "+": repetition = .init(minimum: 1)
    case "?": repetition = .init(minimum: 0, maximum: 1)
    case "{": return try interval()
    default: return nil
    }
    position += 1
    if take("?") {
      repetition.kind = .lazy
    } else if take("+") {
      repetition.kind = .possessive
    }
    return repetition
  }

  private mutating func interval() throws(ExpressionProblem) -> PatternTree.Repetition {
    let start = position
    position += 1
    let minimum = number()
    let hasComma = take(",")
    let maximum = hasComma ? number() : minimum
    guard take("}"), minimum != nil || maximum != nil else {
      throw problem("\"{\" begins no repetition", at: start)
    }
    guard (minimum ?? 0) <= (maximum ?? .max), (maximum ?? minimum ?? 0) <= Self.repetitionLimit
    else { throw problem("the repetition is out of order, or too large", at: start) }
    guard next != "+", hasComma || next != "?" else {
      throw problem("a quantifier behind \"}\" is not supported")
    }
    return .init(minimum: minimum ?? 0, maximum: maximum, kind: take("?") ? .lazy : .greedy)
  }

  private mutating func number() -> Int? {
    let start = position
    while let scalar = next, ("0"..."9").contains(scalar), position - start < 6 { position += 1 }
    return Int(String(String.UnicodeScalarView(pattern[start..<position])))
  }
}
