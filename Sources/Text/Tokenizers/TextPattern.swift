/// What a part of a tokenizer looks for in a text.
enum TextPattern: Sendable {
  case literal([UInt8])
  case expression(RegularExpression)
  /// One of the expressions that most models share.
  case shape(KnownShape)

  /// Reads `{"String": …}` or `{"Regex": …}`.
  init(_ part: TokenizerPart) throws(TokenizerError) {
    if let literal = part.optional("String") {
      let bytes = Array(try literal.text().utf8)
      guard !bytes.isEmpty else { throw literal.fails("an empty text is found nowhere") }
      self = .literal(bytes)
      return
    }
    guard let regex = part.optional("Regex") else {
      throw part.wrong("{\"String\": …} or {\"Regex\": …}")
    }
    let pattern = try regex.text()
    if let shape = KnownShape(pattern: pattern) {
      self = .shape(shape)
      return
    }
    do {
      self = .expression(try RegularExpression(pattern))
    } catch {
      throw regex.fails(.pattern(pattern, error.description))
    }
  }

  /// Calls `body` with every match in `range` of `bytes`, from left to right, none in another.
  func forEachMatch(of bytes: [UInt8], in range: Range<Int>, _ body: (Range<Int>) -> Void) {
    switch self {
    case .literal(let literal): Self.forEach(literal, of: bytes, in: range, body)
    case .expression(let expression): expression.forEachMatch(of: bytes, in: range, body)
    case .shape(let shape): shape.forEachMatch(of: bytes, in: range, body)
    }
  }

  /// Knuth, Morris and Pratt's search, which reads every byte once.
  private static func forEach(
    _ literal: [UInt8], of bytes: [UInt8], in range: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    let borders = borders(of: literal)
    var matched = 0
    for place in range {
      let byte = bytes[place]
      while matched > 0, literal[matched] != byte { matched = borders[matched - 1] }
      if literal[matched] == byte { matched += 1 }
      guard matched == literal.count else { continue }
      body(place + 1 - matched..<place + 1)
      matched = 0
    }
  }

  /// For each beginning of `literal`, how much of its own beginning it ends with.
  private static func borders(of literal: [UInt8]) -> [Int] {
    var borders = [0]
    var matched = 0
    for byte in literal.dropFirst() {
      while matched > 0, literal[matched] != byte { matched = borders[matched - 1] }
      if literal[matched] == byte { matched += 1 }
      borders.append(matched)
    }
    return borders
  }
}
