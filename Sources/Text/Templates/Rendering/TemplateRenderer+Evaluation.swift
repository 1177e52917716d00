import OrderedCollections
import Tensors

extension TemplateRenderer {
  /// What `expression` is worth; `caller` is what a macro that is called here finds by that name.
  func evaluate(
    _ expression: Expression, in scope: TemplateScope, caller: TemplateValue? = nil
  ) throws(TemplateError) -> TemplateValue {
    let line = expression.line
    try at(line) { () throws(TemplateFailure) in try budget.spendStep() }
    switch expression.kind {
    case .literal(let literal): return TemplateValue(literal)
    case .name(let name): return try value(of: name, line, in: scope)
    case .list(let elements): return .list(try all(elements, in: scope))
    case .tuple(let elements): return .tuple(try all(elements, in: scope))
    case .dictionary(let members): return try dictionary(members, in: scope)
    case .conditional(let value, let condition, let otherwise):
      if try evaluate(condition, in: scope).isTrue { return try evaluate(value, in: scope) }
      guard let otherwise else { return .undefined(what: "the inline if has no else") }
      return try evaluate(otherwise, in: scope)
    case .both(let left, let right):
      let value = try evaluate(left, in: scope)
      return value.isTrue ? try evaluate(right, in: scope) : value
    case .either(let left, let right):
      let value = try evaluate(left, in: scope)
      return value.isTrue ? value : try evaluate(right, in: scope)
    case .not(let operand): return .bool(!(try evaluate(operand, in: scope).isTrue))
    case .comparison(let first, let others): return try compare(first, others, in: scope)
    case .call(let callee, let arguments):
      return try call(callee, arguments, line, in: scope, caller: caller)
    case .joined(let parts):
      let text = try all(parts, in: scope).map(\.text).joined()
      return try spent(.string(text), line)
    default: return try spent(try operation(expression, in: scope), line)
    }
  }

  /// The operations on values that are computed first.
  private func operation(
    _ expression: Expression, in scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    let line = expression.line
    switch expression.kind {
    case .attribute(let owner, let name):
      let owner = try evaluate(owner, in: scope)
      return try at(line) { () throws(TemplateFailure) in try owner.attribute(name) }
    case .item(let owner, let key):
      let (owner, key) = (try evaluate(owner, in: scope), try evaluate(key, in: scope))
      return try at(line) { () throws(TemplateFailure) in try owner.item(key) }
    case .slice(let owner, let slice):
      let owner = try evaluate(owner, in: scope)
      let start = try slice.start.map { (part) throws(TemplateError) in
        try evaluate(part, in: scope)
      }
      let stop = try slice.stop.map { (part) throws(TemplateError) in try evaluate(part, in: scope)
      }
      let step = try slice.step.map { (part) throws(TemplateError) in try evaluate(part, in: scope)
      }
      return try at(line) { () throws(TemplateFailure) in try owner.slice(start, stop, step) }
    case .filter(let value, let name, let arguments):
      let value = try evaluate(value, in: scope)
      let arguments = try self.arguments(arguments, of: name.rawValue, in: scope)
      return try at(line) { () throws(TemplateFailure) in try name.applied(to: value, arguments) }
    case .test(let value, let name, let arguments):
      let value = try evaluate(value, in: scope)
      let arguments = try self.arguments(arguments, of: name.rawValue, in: scope)
      return .bool(
        try at(line) { () throws(TemplateFailure) in try name.holds(for: value, arguments) })
    case .negated(let operand):
      let value = try evaluate(operand, in: scope)
      return try at(line) { () throws(TemplateFailure) in try value.negated }
    case .arithmetic(let arithmetic, let left, let right):
      let (a, b) = (try evaluate(left, in: scope), try evaluate(right, in: scope))
      return try at(line) { () throws(TemplateFailure) in try a.combined(arithmetic, b) }
    default: preconditionFailure("every other kind is evaluated before")
    }
  }

  private func spent(_ value: TemplateValue, _ line: Int) throws(TemplateError) -> TemplateValue {
    try at(line) { () throws(TemplateFailure) in try budget.spend(value) }
    return value
  }

  private func all(
    _ expressions: [Expression], in scope: TemplateScope
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for expression in expressions { values.append(try evaluate(expression, in: scope)) }
    return values
  }

  private func value(
    of name: String, _ line: Int, in scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    if let value = scope[name] { return value }
    if let function = GlobalFunction(rawValue: name) { return .callable(.global(function)) }
    guard !Self.unsupported.contains(name) else {
      throw .notUnderstood(file: file, line: line, problem: "\"\(name)\" is not supported")
    }
    return .undefined(what: "\"\(escaped(name))\" is not defined")
  }

  /// Names that Jinja itself gives a meaning, which templates are not given here.
  private static let unsupported: Set<String> = [
    "cycler", "joiner", "lipsum", "varargs", "kwargs", "self", "super",
  ]

  private func dictionary(
    _ members: [(key: Expression, value: Expression)], in scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    var result: TemplateMembers = [:]
    for (key, value) in members {
      let (name, line) = (try evaluate(key, in: scope), key.line)
      guard let key = TemplateKey(name) else {
        throw failure(line, "a \(name.typeName) as a key of a dict is not supported")
      }
      result[key] = try evaluate(value, in: scope)
    }
    return .dictionary(result)
  }

  /// `a < b < c`: true when each holds; what stands behind the first that fails is not computed.
  private func compare(
    _ first: Expression, _ others: [(Expression.Comparison, Expression)], in scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    var left = try evaluate(first, in: scope)
    for (comparison, expression) in others {
      let right = try evaluate(expression, in: scope)
      let value = left
      let holds = try at(expression.line) { () throws(TemplateFailure) in
        try value.satisfies(comparison, right)
      }
      guard holds else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  func arguments(
    _ arguments: Expression.Arguments, of callee: String, in scope: TemplateScope
  ) throws(TemplateError) -> CallArguments {
    var named: [(name: String, value: TemplateValue)] = []
    let positional = try all(arguments.positional, in: scope)
    for (name, value) in arguments.named {
      named.append((name, try evaluate(value, in: scope)))
    }
    return CallArguments(of: callee, positional, named: named)
  }

  private func call(
    _ callee: Expression, _ arguments: Expression.Arguments, _ line: Int, in scope: TemplateScope,
    caller: TemplateValue?
  ) throws(TemplateError) -> TemplateValue {
    let value = try evaluate(callee, in: scope)
    let given = try self.arguments(arguments, of: callee.calledName, in: scope)
    guard case .callable(let callable) = value else {
      let problem =
        if case .undefined(let what) = value { what } else {
          "a \(value.typeName) cannot be called"
        }
      throw failure(line, problem)
    }
    if case .macro(let macro) = callable { return try call(macro, given, caller: caller, line) }
    let result = try at(line) { () throws(TemplateFailure) in
      switch callable {
      case .global(let function): try function.called(given, at: moment)
      case .textMethod(let method, let text): try method.called(on: text, given)
      case .memberMethod(let method, let members): try method.called(on: members, given)
      case .listMethod(let method, let elements): try method.called(on: elements, given)
      case .cycle(let index): try cycled(given, index)
      case .macro: preconditionFailure("macros are called before")
      }
    }
    return try spent(result, line)
  }
}

/// `loop.cycle(a, b, …)`.
private func cycled(_ arguments: CallArguments, _ index: Int) throws(TemplateFailure)
  -> TemplateValue
{
  var arguments = arguments
  let values = arguments.takePositional()
  try arguments.finish()
  guard !values.isEmpty else { throw TemplateFailure("loop.cycle needs values") }
  return values[index % values.count]
}

extension Expression {
  /// How a message calls what is called.
  fileprivate var calledName: String {
    switch kind {
    case .name(let name), .attribute(_, let name): name
    default: "the function"
    }
  }
}
