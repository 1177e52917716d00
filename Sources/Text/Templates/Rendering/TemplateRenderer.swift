import OrderedCollections
import Tensors

/// Runs a template once.
final class TemplateRenderer {
  let file: String
  let moment: TemplateMoment
  /// What was written so far, here or in the macro or block that is being written.
  var output = ""
  /// Where the assistant speaks, in UTF-8 bytes of the whole text.
  private(set) var generated: [Range<Int>] = []
  var budget = TemplateBudget()
  /// Macros and blocks of text that are being made.
  private var captures = 0
  private var calls = 0

  init(file: String, moment: TemplateMoment) {
    self.file = file
    self.moment = moment
  }

  /// How a body was left.
  enum Leaving {
    case atEnd, leaveLoop, nextRound
  }

  @discardableResult
  func run(_ statements: [Statement], in scope: TemplateScope) throws(TemplateError) -> Leaving {
    for statement in statements {
      try at(statement.line) { () throws(TemplateFailure) in try budget.spendStep() }
      let leaving = try run(statement, in: scope)
      guard leaving == .atEnd else { return leaving }
    }
    return .atEnd
  }

  private func run(
    _ statement: Statement, in scope: TemplateScope
  ) throws(TemplateError) -> Leaving {
    let line = statement.line
    switch statement.kind {
    case .text(let text): try write(.string(text), line)
    case .output(let expression): try write(try evaluate(expression, in: scope), line)
    case .condition(let branches, let otherwise):
      for (test, body) in branches where try evaluate(test, in: scope).isTrue {
        return try run(body, in: scope)
      }
      return try run(otherwise, in: scope)
    case .loop(let loop): try run(loop, line, in: scope)
    case .set(let target, let value):
      try assign(try evaluate(value, in: scope), to: target, line, in: scope)
    case .capture(let target, let filters, let body):
      let text = try filtered(try captured(body, within: scope), filters, line, in: scope)
      try assign(text, to: target, line, in: scope)
    case .macro(let macro): scope[macro.name] = .callable(.macro(TemplateMacro(macro, in: scope)))
    case .call(let call, let caller):
      let inner = TemplateScope(within: scope)
      inner["caller"] = .callable(.macro(TemplateMacro(caller, in: scope)))
      try write(try evaluate(call, in: inner, caller: inner["caller"]), line)
    case .filtered(let filters, let body):
      try write(try filtered(try captured(body, within: scope), filters, line, in: scope), line)
    case .with(let values, let body):
      let inner = TemplateScope(within: scope)
      for (target, value) in values {
        try assign(try evaluate(value, in: scope), to: target, line, in: inner)
      }
      return try run(body, in: inner)
    case .generation(let body): try runGeneration(body, line, in: scope)
    case .leaveLoop: return .leaveLoop
    case .nextRound: return .nextRound
    }
    return .atEnd
  }

  private func write(_ value: TemplateValue, _ line: Int) throws(TemplateError) {
    let text = value.text
    output += text
    try at(line) { () throws(TemplateFailure) in try budget.spend(.string(text)) }
  }

  private func run(
    _ loop: Statement.Loop, _ line: Int, in scope: TemplateScope
  ) throws(TemplateError) {
    let all = try evaluate(loop.values, in: scope)
    var values = try at(line) { () throws(TemplateFailure) in try all.elements() }
    if let condition = loop.condition {
      var kept: [TemplateValue] = []
      for value in values {
        let inner = TemplateScope(within: scope)
        try assign(value, to: loop.target, line, in: inner)
        if try evaluate(condition, in: inner).isTrue { kept.append(value) }
      }
      values = kept
    }
    for (index, value) in values.enumerated() {
      let inner = TemplateScope(within: scope)
      inner["loop"] = .loop(LoopPosition(index: index, values: values))
      try assign(value, to: loop.target, line, in: inner)
      if try run(loop.body, in: inner) == .leaveLoop { break }
    }
    if values.isEmpty { try run(loop.otherwise, in: TemplateScope(within: scope)) }
  }

  private func assign(
    _ value: TemplateValue, to target: Statement.Target, _ line: Int, in scope: TemplateScope
  ) throws(TemplateError) {
    switch target {
    case .name(let name): scope[name] = value
    case .names(let names):
      let parts = try at(line) { () throws(TemplateFailure) in
        let parts = try value.elements()
        guard parts.count == names.count else {
          throw TemplateFailure("\(parts.count) values for \(names.count) names")
        }
        return parts
      }
      for (name, part) in zip(names, parts) { scope[name] = part }
    case .member(let owner, let name):
      guard case .namespace(let space)? = scope[owner] else {
        throw failure(
          line, "\"\(owner)\" is no namespace, so that \"\(owner).\(name)\" cannot be set")
      }
      space.members[TemplateKey(name)] = value
    }
  }

  /// The text that a body writes.
  private func captured(
    _ body: [Statement], within scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    let outer = output
    output = ""
    captures += 1
    defer {
      output = outer
      captures -= 1
    }
    try run(body, in: TemplateScope(within: scope))
    return .string(output)
  }

  private func filtered(
    _ value: TemplateValue, _ filters: [Statement.Filter], _ line: Int, in scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    var result = value
    for filter in filters {
      let arguments = try arguments(filter.arguments, of: filter.name.rawValue, in: scope)
      let input = result
      result = try at(line) { () throws(TemplateFailure) in
        try filter.name.applied(to: input, arguments)
      }
    }
    return result
  }

  private func runGeneration(
    _ body: [Statement], _ line: Int, in scope: TemplateScope
  ) throws(TemplateError) {
    guard captures == 0 else {
      throw failure(line, "\"generation\" inside of a macro or a block of text is not supported")
    }
    let start = output.utf8.count
    try run(body, in: TemplateScope(within: scope))
    generated.append(start..<output.utf8.count)
  }

  /// Calls a macro: the text that it writes.
  func call(
    _ macro: TemplateMacro, _ arguments: CallArguments, caller: TemplateValue?, _ line: Int
  ) throws(TemplateError) -> TemplateValue {
    calls += 1
    defer { calls -= 1 }
    guard calls <= TemplateBudget.depthLimit else {
      throw failure(line, "macros call each other deeper than \(TemplateBudget.depthLimit) levels")
    }
    var arguments = arguments
    let scope = TemplateScope(within: macro.scope)
    if let caller { scope["caller"] = caller }
    for (name, value) in macro.definition.parameters {
      let given = try at(line) { () throws(TemplateFailure) in try arguments.next(name) }
      if let given {
        scope[name] = given
      } else if let value {
        scope[name] = try evaluate(value, in: scope)
      } else {
        scope[name] = .undefined(what: "the parameter \"\(name)\" was not given")
      }
    }
    try at(line) { () throws(TemplateFailure) in try arguments.finish() }
    return try captured(macro.definition.body, within: scope)
  }

  /// Runs one operation; what goes wrong happened at `line`.
  func at<Result>(
    _ line: Int, _ operation: () throws(TemplateFailure) -> Result
  ) throws(TemplateError) -> Result {
    do {
      return try operation()
    } catch {
      throw error.located(in: file, line: line)
    }
  }

  func failure(_ line: Int, _ problem: String) -> TemplateError {
    .failed(file: file, line: line, problem: problem)
  }
}
