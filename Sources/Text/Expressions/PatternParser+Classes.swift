extension PatternParser {
  /// What an escape stands for: a set, and where it is one scalar, that.
  struct Escape {
    var set: ScalarSet
    var scalar: Unicode.Scalar?
  }

  /// Reads the escape at `position`, which may be in a set in brackets.
  mutating func escape(inSet: Bool = false) throws(ExpressionProblem) -> Escape {
    let start = position
    position += 1
    guard let scalar = next else { throw problem("the pattern ends in \"\\\"") }
    position += 1
    if inSet, scalar == "w" || scalar == "W" {
      let words = ScalarSet(.words)
      return Escape(set: scalar == "w" ? words : words.complement)
    }
    if let set = Self.sets[scalar] { return Escape(set: set) }
    if let control = Self.controls[scalar] {
      return Escape(set: ScalarSet([control]), scalar: control)
    }
    switch scalar {
    case "p", "P": return Escape(set: try property(isNegative: scalar == "P", from: start))
    case "u": return try hexadecimal(4, from: start)
    case "x":
      return take("{") ? try bracedHexadecimal(from: start) : try hexadecimal(2, from: start)
    default:
      guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
        throw problem("\"\\\(scalar)\" is not supported", at: start)
      }
      return Escape(set: ScalarSet([scalar]), scalar: scalar)
    }
  }

  private static let sets: [Unicode.Scalar: ScalarSet] = [
    "s": .whiteSpace, "S": ScalarSet.whiteSpace.complement,
    "d": .digits, "D": ScalarSet.digits.complement,
    "w": .words, "W": ScalarSet.words.complement,
    "h": .hexadecimalDigits, "H": ScalarSet.hexadecimalDigits.complement,
  ]

  private static let controls: [Unicode.Scalar: Unicode.Scalar] = [
    "t": "\t", "n": "\n", "r": "\r", "f": "\u{C}", "v": "\u{B}", "a": "\u{7}", "e": "\u{1B}",
  ]

  private mutating func hexadecimal(
    _ count: Int, from start: Int
  ) throws(ExpressionProblem) -> Escape {
    let digits = String(String.UnicodeScalarView(pattern[position...].prefix(count)))
    guard digits.unicodeScalars.count == count, let value = UInt32(digits, radix: 16),
      let scalar = Unicode.Scalar(value), count > 2 || scalar.isASCII
    else { throw problem("the escape names no character", at: start) }
    position += count
    return Escape(set: ScalarSet([scalar]), scalar: scalar)
  }

  private mutating func bracedHexadecimal(from start: Int) throws(ExpressionProblem) -> Escape {
    let digits = String(String.UnicodeScalarView(pattern[position...].prefix { $0 != "}" }))
    guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
      throw problem("the escape names no character", at: start)
    }
    position += digits.unicodeScalars.count
    guard take("}") else { throw problem("the escape is not closed", at: start) }
    return Escape(set: ScalarSet([scalar]), scalar: scalar)
  }

  /// `\p{Lu}` and the like, behind the letter.
  private mutating func property(
    isNegative: Bool, from start: Int
  ) throws(ExpressionProblem) -> ScalarSet {
    guard take("{") else { throw problem("\"\\p\" names no property", at: start) }
    let isInverted = take("^") != isNegative
    let name = String(String.UnicodeScalarView(pattern[position...].prefix { $0 != "}" }))
    guard let set = Self.properties[name.lowercased()] else {
      throw problem("\"\\p{\(name)}\" is not supported", at: start)
    }
    position += name.unicodeScalars.count
    guard take("}") else { throw problem("\"\\p{\" is not closed", at: start) }
    return isInverted ? set.complement : set
  }

  private static let properties: [String: ScalarSet] = [
    "l": .letters, "lu": .uppercaseLetter, "ll": .lowercaseLetter, "lt": .titlecaseLetter,
    "lm": .modifierLetter, "lo": .otherLetter, "letter": .letters,
    "m": .marks, "mn": .nonspacingMark, "mc": .spacingMark, "me": .enclosingMark, "mark": .marks,
    "n": .numbers, "nd": .decimalNumber, "nl": .letterNumber, "no": .otherNumber,
    "number": .numbers,
    "p": .punctuation, "pc": .connectorPunctuation, "pd": .dashPunctuation,
    "ps": .openPunctuation, "pe": .closePunctuation, "pi": .initialPunctuation,
    "pf": .finalPunctuation, "po": .otherPunctuation, "punctuation": .punctuation,
    "s": .symbols, "sm": .mathSymbol, "sc": .currencySymbol, "sk": .modifierSymbol,
    "so": [.otherSymbol, .alphabeticSymbol], "symbol": .symbols,
    "z": .separators, "zs": .spaceSeparator, "zl": .lineSeparator, "zp": .paragraphSeparator,
    "separator": .separators,
    "cc": [.control, .controlSpace], "cf": .format, "co": .privateUse,
  ].mapValues { (classes: ScalarClasses) in ScalarSet(classes) }

  /// Reads the set in brackets at `position`; sets inside add to it, and `&&` intersects.
  mutating func characterClass() throws(ExpressionProblem) -> ScalarSet {
    let start = position
    position += 1
    depth += 1
    guard depth <= Self.depthLimit else {
      throw problem("sets are nested more than \(Self.depthLimit) deep")
    }
    let isNegative = take("^")
    var intersected: ScalarSet?
    var parts: [ScalarSet] = []
    while next != "]" {
      guard next != nil else { throw problem("the set is not closed", at: start) }
      if take("&&") {
        let left = ScalarSet(union: parts)
        intersected = intersected.map { $0.intersection(left) } ?? left
        parts = []
      } else {
        parts.append(try member(from: start))
      }
    }
    position += 1
    depth -= 1
    let last = ScalarSet(union: parts)
    let set = intersected.map { $0.intersection(last) } ?? last
    guard !parts.isEmpty else { throw problem("the set is empty", at: start) }
    return isNegative ? set.complement : set
  }

  private mutating func member(from start: Int) throws(ExpressionProblem) -> ScalarSet {
    if next == "[" {
      guard position + 1 >= pattern.count || pattern[position + 1] != ":" else {
        throw problem("a POSIX class is not supported")
      }
      return try characterClass()
    }
    let place = position
    let lower = try single()
    guard let first = lower.scalar, next == "-", position + 1 < pattern.count,
      pattern[position + 1] != "]"
    else {
      if let scalar = lower.scalar { return try folded(scalar, at: place) }
      return lower.set
    }
    position += 1
    guard let last = try single().scalar, first <= last else {
      throw problem("the range is out of order", at: place)
    }
    guard !ignoresCase else { throw problem("a range without case is not supported", at: place) }
    return ScalarSet(first.value...last.value)
  }

  private mutating func single() throws(ExpressionProblem) -> Escape {
    guard let scalar = next else { throw problem("the set is not closed") }
    if scalar == "\\" { return try escape(inSet: true) }
    position += 1
    return Escape(set: ScalarSet([scalar]), scalar: scalar)
  }

  /// The scalar, and where case is ignored, those that fold to the same.
  func folded(_ scalar: Unicode.Scalar, at place: Int? = nil) throws(ExpressionProblem) -> ScalarSet
  {
    guard ignoresCase else { return ScalarSet([scalar]) }
    guard scalar.isASCII else {
      throw problem(
        "letters beyond ASCII without case are not supported", at: place ?? position - 1)
    }
    guard scalar.properties.isAlphabetic else { return ScalarSet([scalar]) }
    let lower = Unicode.Scalar(UInt8(scalar.value) | 0x20)
    let upper = Unicode.Scalar(UInt8(scalar.value) & 0xDF)
    let others: [Unicode.Scalar] =
      switch lower {
      case "s": ["\u{17F}"]
      case "k": ["\u{212A}"]
      default: []
      }
    return ScalarSet([lower, upper] + others)
  }

  /// Refuses letters that one character folds to together, as "ss" and ß: it would have to match.
  func refuseLongFolds(in range: Range<Int>) throws(ExpressionProblem) {
    let text = pattern[range].map { $0.properties.lowercaseMapping }.joined()
    for pair in ["ss", "ff", "fi", "fl", "st"] where text.contains(pair) {
      throw problem("\"\(pair)\" without case is not supported", at: range.lowerBound)
    }
  }
}
