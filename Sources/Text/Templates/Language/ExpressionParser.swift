/// Expressions, from what binds least to what binds most: `a if b else c`, `or`, `and`, `not`,
/// comparisons, `+ -`, `~`, `* / // %`, `**`, signs, then `.name`, `[item]`, `(call)`, `|filter`
/// and `is test`.
///
/// Source: <https://jinja.palletsprojects.com/en/stable/templates/#expressions>.
extension TokenCursor {
  mutating func expression() throws(TemplateError) -> Expression {
    try descend()
    defer { depth -= 1 }
    var result = try either()
    while take(word: "if") {
      let condition = try either()
      let otherwise = take(word: "else") ? try expression() : nil
      result = made(.conditional(result, if: condition, otherwise: otherwise), result.line)
    }
    return result
  }

  /// An expression, or several with commas between them: a tuple.
  mutating func expressions() throws(TemplateError) -> Expression {
    let first = try expression()
    guard current.kind == .symbol(",") else { return first }
    var all = [first]
    while take(","), current.kind != .end { all.append(try expression()) }
    return made(.tuple(all), first.line)
  }

  /// An expression that no `if` follows, for the values of a loop.
  mutating func either() throws(TemplateError) -> Expression {
    var left = try both()
    while take(word: "or") { left = made(.either(left, try both()), left.line) }
    return left
  }

  private mutating func both() throws(TemplateError) -> Expression {
    var left = try inverted()
    while take(word: "and") { left = made(.both(left, try inverted()), left.line) }
    return left
  }

  private mutating func inverted() throws(TemplateError) -> Expression {
    let line = line
    guard take(word: "not") else { return try comparison() }
    try descend()
    defer { depth -= 1 }
    return made(.not(try inverted()), line)
  }

  private mutating func comparison() throws(TemplateError) -> Expression {
    let first = try sum()
    var others: [(Expression.Comparison, Expression)] = []
    while let comparison = takeComparison() { others.append((comparison, try sum())) }
    return others.isEmpty ? first : made(.comparison(first, others), first.line)
  }

  private mutating func takeComparison() -> Expression.Comparison? {
    switch current.kind {
    case .symbol(let symbol):
      guard let comparison = Expression.Comparison(rawValue: symbol) else { return nil }
      advance()
      return comparison
    case .name("in"):
      advance()
      return .in
    case .name("not") where next.kind == .name("in"):
      advance()
      advance()
      return .notIn
    default: return nil
    }
  }

  private mutating func sum() throws(TemplateError) -> Expression {
    var left = try joined()
    while let arithmetic = takeArithmetic(["+", "-"]) {
      left = made(.arithmetic(arithmetic, left, try joined()), left.line)
    }
    return left
  }

  private mutating func joined() throws(TemplateError) -> Expression {
    let first = try product()
    var parts = [first]
    while take("~") { parts.append(try product()) }
    return parts.count == 1 ? first : made(.joined(parts), first.line)
  }

  private mutating func product() throws(TemplateError) -> Expression {
    var left = try power()
    while let arithmetic = takeArithmetic(["*", "/", "//", "%"]) {
      left = made(.arithmetic(arithmetic, left, try power()), left.line)
    }
    return left
  }

  private mutating func power() throws(TemplateError) -> Expression {
    var left = try signed(filters: true)
    while take("**") {
      left = made(.arithmetic(.power, left, try signed(filters: true)), left.line)
    }
    return left
  }

  private mutating func takeArithmetic(_ symbols: Set<String>) -> Expression.Arithmetic? {
    guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
    advance()
    return Expression.Arithmetic(rawValue: symbol)
  }

  /// A value with signs before it and members, calls, filters and tests behind it.
  private mutating func signed(filters: Bool) throws(TemplateError) -> Expression {
    let line = line
    try descend()
    defer { depth -= 1 }
    var result: Expression
    if take("-") {
      result = made(.negated(try signed(filters: false)), line)
    } else if take("+") {
      result = try signed(filters: false)
    } else {
      result = try primary()
    }
    result = try members(of: result)
    return filters ? try filtersAndTests(on: result) : result
  }

  /// The argument of a test without parentheses, `is divisibleby 2`.
  mutating func argumentOfTest() throws(TemplateError) -> Expression {
    try members(of: try primary())
  }

  private mutating func primary() throws(TemplateError) -> Expression {
    let token = current
    switch token.kind {
    case .string:
      return made(.literal(.string(takeStrings())), token.line)
    case .int(let value):
      advance()
      return made(.literal(.int(value)), token.line)
    case .float(let value):
      advance()
      return made(.literal(.float(value)), token.line)
    case .name(let name):
      advance()
      return made(Self.constants[name].map { .literal($0) } ?? .name(name), token.line)
    case .symbol("("):
      advance()
      return try parenthesized(token.line)
    case .symbol("["):
      advance()
      return made(.list(try list(until: "]")), token.line)
    case .symbol("{"):
      advance()
      return made(.dictionary(try dictionary()), token.line)
    default: throw unexpected("a value")
    }
  }

  private static let constants: [String: Expression.Literal] = [
    "true": .bool(true), "True": .bool(true), "false": .bool(false), "False": .bool(false),
    "none": .none, "None": .none,
  ]

  /// Strings that follow each other are one.
  private mutating func takeStrings() -> String {
    var result = ""
    while case .string(let text) = current.kind {
      result += text
      advance()
    }
    return result
  }

  private mutating func parenthesized(_ line: Int) throws(TemplateError) -> Expression {
    guard !take(")") else { return made(.tuple([]), line) }
    let first = try expression()
    guard take(",") else {
      try expect(")")
      return first
    }
    return made(.tuple([first] + (try list(until: ")"))), line)
  }

  private mutating func list(until closing: String) throws(TemplateError) -> [Expression] {
    var elements: [Expression] = []
    while !take(closing) {
      elements.append(try expression())
      guard take(",") else {
        try expect(closing)
        break
      }
    }
    return elements
  }

  private mutating func dictionary() throws(TemplateError) -> [(Expression, Expression)] {
    var members: [(Expression, Expression)] = []
    while !take("}") {
      let key = try expression()
      try expect(":")
      members.append((key, try expression()))
      guard take(",") else {
        try expect("}")
        break
      }
    }
    return members
  }

  func made(_ kind: Expression.Kind, _ line: Int) -> Expression {
    Expression(line: line, kind: kind)
  }
}
