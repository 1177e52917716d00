/// What stands behind a value: members, items, calls, filters and tests.
extension TokenCursor {
  mutating func members(of value: Expression) throws(TemplateError) -> Expression {
    var result = value
    while true {
      let line = line
      if take(".") {
        result = try member(of: result, line)
      } else if take("[") {
        result = try item(of: result, line)
      } else if take("(") {
        result = made(.call(result, try arguments()), line)
      } else {
        return result
      }
    }
  }

  private mutating func member(of value: Expression, _ line: Int) throws(TemplateError)
    -> Expression
  {
    if case .int(let index) = current.kind {
      advance()
      return made(.item(value, made(.literal(.int(index)), line)), line)
    }
    return made(.attribute(value, try name()), line)
  }

  private mutating func item(of value: Expression, _ line: Int) throws(TemplateError) -> Expression
  {
    var slice = Expression.Slice()
    if current.kind != .symbol(":") {
      let first = try expression()
      if take("]") { return made(.item(value, first), line) }
      guard current.kind == .symbol(":") else { throw unexpected("\"]\"") }
      slice.start = first
    }
    try expect(":")
    if current.kind != .symbol(":"), current.kind != .symbol("]") { slice.stop = try expression() }
    if take(":"), current.kind != .symbol("]") { slice.step = try expression() }
    try expect("]")
    return made(.slice(value, slice), line)
  }

  /// Arguments up to the closing parenthesis; the opening one is taken.
  mutating func arguments() throws(TemplateError) -> Expression.Arguments {
    var result = Expression.Arguments()
    while !take(")") {
      if current.kind == .symbol("*") || current.kind == .symbol("**") {
        throw problem("arguments with \"*\" are not supported")
      }
      if case .name(let name) = current.kind, next.kind == .symbol("=") {
        advance()
        advance()
        result.named.append((name, try expression()))
      } else if result.named.isEmpty {
        result.positional.append(try expression())
      } else {
        throw problem("an argument without a name follows one that has a name")
      }
      guard take(",") else {
        try expect(")")
        break
      }
    }
    return result
  }

  mutating func filtersAndTests(on value: Expression) throws(TemplateError) -> Expression {
    var result = value
    while true {
      let line = line
      if take("|") {
        let filter = try filter()
        result = made(.filter(result, filter.name, filter.arguments), line)
      } else if take(word: "is") {
        result = try test(on: result, line)
      } else if take("(") {
        result = made(.call(result, try arguments()), line)
      } else {
        return result
      }
    }
  }

  /// A filter's name and arguments; the bar is taken.
  mutating func filter() throws(TemplateError) -> Statement.Filter {
    let name = try name()
    guard let filter = FilterName(rawValue: name) else {
      throw problem("the filter \"\(name)\" is not supported")
    }
    return Statement.Filter(name: filter, arguments: take("(") ? try arguments() : .init())
  }

  private mutating func test(on value: Expression, _ line: Int) throws(TemplateError) -> Expression
  {
    let isInverted = take(word: "not")
    let name: String
    if case .symbol(let symbol) = current.kind {
      name = symbol
      advance()
    } else {
      name = try self.name()
    }
    guard let kind = TestName(rawValue: name) else {
      throw problem("the test \"\(name)\" is not supported")
    }
    var arguments = Expression.Arguments()
    if take("(") {
      arguments = try self.arguments()
    } else if startsArgument {
      arguments.positional = [try argumentOfTest()]
    }
    let test = made(.test(value, kind, arguments), line)
    return isInverted ? made(.not(test), line) : test
  }

  private var startsArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and", "is", "if", "in", "not"].contains(name)
    case .string, .int, .float, .symbol("["), .symbol("{"): true
    default: false
    }
  }
}
