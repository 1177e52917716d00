/// Reads segments into statements.
struct StatementParser {
  let file: String
  let segments: [TemplateSegment]
  var index = 0
  var depth = 0
  var loops = 0

  /// Levels that tags may nest.
  private static let depthLimit = 100

  static func statements(of source: String, file: String) throws(TemplateError) -> [Statement] {
    let segments = try TemplateScanner.segments(of: source, file: file)
    var parser = StatementParser(file: file, segments: segments)
    let (statements, ending) = try parser.body(until: [])
    if let ending { throw ending.problem("\"\(ending.word)\" has nothing to end") }
    return statements
  }

  private init(file: String, segments: [TemplateSegment]) {
    self.file = file
    self.segments = segments
  }

  /// A tag that ended a body: the cursor stands behind its name.
  struct Ending {
    let word: String
    var cursor: TokenCursor
    let line: Int

    func problem(_ text: String) -> TemplateError {
      .notUnderstood(file: cursor.file, line: line, problem: text)
    }
  }

  /// Statements up to a tag of `endings`, or of any end where a body is the template's own.
  private mutating func body(
    until endings: Set<String>
  ) throws(TemplateError) -> (statements: [Statement], ending: Ending?) {
    depth += 1
    defer { depth -= 1 }
    var statements: [Statement] = []
    while index < segments.count {
      let segment = segments[index]
      index += 1
      switch segment {
      case .text(let text, let line): statements.append(Statement(line: line, kind: .text(text)))
      case .output(let tokens):
        var cursor = TokenCursor(tokens, file: file)
        let line = cursor.line
        let value = try cursor.expressions()
        try cursor.expectEnd()
        statements.append(Statement(line: line, kind: .output(value)))
      case .tag(let tokens):
        var cursor = TokenCursor(tokens, file: file)
        let line = cursor.line
        let word = try cursor.name()
        if endings.contains(word) || Self.endings.contains(word) {
          return (statements, Ending(word: word, cursor: cursor, line: line))
        }
        guard depth <= Self.depthLimit else {
          throw cursor.problem("tags nest deeper than \(Self.depthLimit) levels")
        }
        statements.append(Statement(line: line, kind: try tag(word, &cursor)))
      }
    }
    return (statements, nil)
  }

  private static let endings: Set<String> = [
    "elif", "else", "endif", "endfor", "endset", "endmacro", "endcall", "endfilter", "endwith",
    "endgeneration", "endraw",
  ]

  /// Statements up to one of `endings`, which must come.
  mutating func body(
    of word: String, _ cursor: TokenCursor, until endings: Set<String>
  ) throws(TemplateError) -> (statements: [Statement], ending: Ending) {
    let (statements, ending) = try body(until: endings)
    guard let ending else {
      throw cursor.problem("\"\(word)\" has no \"end\(word)\"")
    }
    guard endings.contains(ending.word) else {
      throw ending.problem(
        "\"\(ending.word)\" where \"end\(word)\" of line \(cursor.line) was expected")
    }
    return (statements, ending)
  }

  /// The body of a tag that nothing but its end divides.
  mutating func wholeBody(
    of word: String, _ cursor: TokenCursor
  ) throws(TemplateError) -> [Statement] {
    let (statements, ending) = try body(of: word, cursor, until: ["end\(word)"])
    // The name may be repeated behind `endmacro`; other ends stand alone.
    if word != "macro" { try ending.cursor.expectEnd() }
    return statements
  }

  private mutating func tag(
    _ word: String, _ cursor: inout TokenCursor
  ) throws(TemplateError) -> Statement.Kind {
    switch word {
    case "if": return try condition(&cursor)
    case "for": return try loop(&cursor)
    case "set": return try set(&cursor)
    case "macro": return .macro(try macro(&cursor))
    case "call": return try call(&cursor)
    case "filter":
      let filters = try filterChain(&cursor)
      return .filtered(filters, try wholeBody(of: "filter", cursor))
    case "with": return try with(&cursor)
    case "generation":
      try cursor.expectEnd()
      return .generation(try wholeBody(of: "generation", cursor))
    case "break", "continue":
      try cursor.expectEnd()
      guard loops > 0 else { throw cursor.problem("\"\(word)\" outside a loop") }
      return word == "break" ? .leaveLoop : .nextRound
    default: throw cursor.problem("the tag \"\(word)\" is not supported")
    }
  }
}
