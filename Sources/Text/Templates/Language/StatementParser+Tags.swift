/// What stands in each kind of tag.
extension StatementParser {
  mutating func condition(
    _ cursor: inout TokenCursor
  ) throws(TemplateError) -> Statement.Kind {
    var branches: [(Expression, [Statement])] = []
    var test = try cursor.expressions()
    try cursor.expectEnd()
    while true {
      let part = try body(of: "if", cursor, until: ["elif", "else", "endif"])
      var ending = part.ending
      branches.append((test, part.statements))
      switch ending.word {
      case "elif":
        test = try ending.cursor.expressions()
        try ending.cursor.expectEnd()
      case "else":
        try ending.cursor.expectEnd()
        return .condition(branches: branches, otherwise: try wholeBody(of: "if", cursor))
      default:
        try ending.cursor.expectEnd()
        return .condition(branches: branches, otherwise: [])
      }
    }
  }

  mutating func loop(_ cursor: inout TokenCursor) throws(TemplateError) -> Statement.Kind {
    let target = try target(&cursor)
    try cursor.expect(word: "in")
    let values = try loopValues(&cursor)
    let condition = cursor.take(word: "if") ? try cursor.expression() : nil
    guard cursor.current.kind != .name("recursive") else {
      throw cursor.problem("recursive loops are not supported")
    }
    try cursor.expectEnd()
    loops += 1
    let part = try body(of: "for", cursor, until: ["else", "endfor"])
    loops -= 1
    try part.ending.cursor.expectEnd()
    let otherwise = part.ending.word == "else" ? try wholeBody(of: "for", cursor) : []
    return .loop(
      Statement.Loop(
        target: target, values: values, condition: condition, body: part.statements,
        otherwise: otherwise))
  }

  private func loopValues(_ cursor: inout TokenCursor) throws(TemplateError) -> Expression {
    let first = try cursor.either()
    guard cursor.current.kind == .symbol(",") else { return first }
    var all = [first]
    while cursor.take(",") { all.append(try cursor.either()) }
    return cursor.made(.tuple(all), first.line)
  }

  private func target(_ cursor: inout TokenCursor) throws(TemplateError) -> Statement.Target {
    let isParenthesized = cursor.take("(")
    var names = [try cursor.name()]
    if !isParenthesized, cursor.take(".") { return .member(of: names[0], try cursor.name()) }
    while cursor.take(",") { names.append(try cursor.name()) }
    if isParenthesized { try cursor.expect(")") }
    return names.count == 1 ? .name(names[0]) : .names(names)
  }

  mutating func set(_ cursor: inout TokenCursor) throws(TemplateError) -> Statement.Kind {
    let target = try target(&cursor)
    if cursor.take("=") {
      let value = try cursor.expressions()
      try cursor.expectEnd()
      return .set(target, value)
    }
    let filters = cursor.take("|") ? try filterChain(&cursor) : []
    try cursor.expectEnd()
    return .capture(target, filters: filters, try wholeBody(of: "set", cursor))
  }

  func filterChain(
    _ cursor: inout TokenCursor
  ) throws(TemplateError) -> [Statement.Filter] {
    var filters: [Statement.Filter] = []
    repeat { filters.append(try cursor.filter()) } while cursor.take("|")
    try cursor.expectEnd()
    return filters
  }

  mutating func macro(_ cursor: inout TokenCursor) throws(TemplateError) -> Statement.Macro {
    let name = try cursor.name()
    try cursor.expect("(")
    let parameters = try parameters(&cursor)
    try cursor.expectEnd()
    return Statement.Macro(
      name: name, parameters: parameters,
      body: try separately { (parser) throws(TemplateError) in
        try parser.wholeBody(of: "macro", cursor)
      })
  }

  private func parameters(
    _ cursor: inout TokenCursor
  ) throws(TemplateError) -> [(name: String, value: Expression?)] {
    var parameters: [(name: String, value: Expression?)] = []
    while !cursor.take(")") {
      let name = try cursor.name()
      parameters.append((name, cursor.take("=") ? try cursor.expression() : nil))
      guard cursor.take(",") else {
        try cursor.expect(")")
        break
      }
    }
    return parameters
  }

  mutating func call(_ cursor: inout TokenCursor) throws(TemplateError) -> Statement.Kind {
    let parameters = cursor.take("(") ? try parameters(&cursor) : []
    let called = try cursor.expression()
    try cursor.expectEnd()
    guard case .call = called.kind else { throw cursor.problem("\"call\" needs a call") }
    let cursor = cursor
    let body = try separately { (parser) throws(TemplateError) in
      try parser.wholeBody(of: "call", cursor)
    }
    return .call(called, Statement.Macro(name: "caller", parameters: parameters, body: body))
  }

  /// Reads a body that runs on its own: a loop around it is not its loop.
  private mutating func separately(
    _ read: (inout Self) throws(TemplateError) -> [Statement]
  ) throws(TemplateError) -> [Statement] {
    let outer = loops
    loops = 0
    defer { loops = outer }
    return try read(&self)
  }

  mutating func with(_ cursor: inout TokenCursor) throws(TemplateError) -> Statement.Kind {
    var values: [(Statement.Target, Expression)] = []
    while cursor.current.kind != .end {
      if !values.isEmpty { try cursor.expect(",") }
      let target = try target(&cursor)
      try cursor.expect("=")
      values.append((target, try cursor.expression()))
    }
    return .with(values, try wholeBody(of: "with", cursor))
  }
}
