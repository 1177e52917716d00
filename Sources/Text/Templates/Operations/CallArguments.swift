/// What a filter, test, method or function is called with.
struct CallArguments {
  private let callee: String
  private var positional: ArraySlice<TemplateValue>
  private var named: [(name: String, value: TemplateValue)]

  init(
    of callee: String, _ positional: [TemplateValue],
    named: [(name: String, value: TemplateValue)] = []
  ) {
    self.callee = callee
    self.positional = positional[...]
    self.named = named
  }

  /// The next argument, given by place or as `name`.
  mutating func next(_ name: String) throws(TemplateFailure) -> TemplateValue? {
    let index = named.firstIndex { $0.name == name }
    if let value = positional.popFirst() {
      guard index == nil else { throw TemplateFailure("\(callee): two values for \"\(name)\"") }
      return value
    }
    return index.map { named.remove(at: $0).value }
  }

  mutating func required(_ name: String) throws(TemplateFailure) -> TemplateValue {
    guard let value = try next(name) else {
      throw TemplateFailure("\(callee): the argument \"\(name)\" is missing")
    }
    return value
  }

  mutating func text(_ name: String) throws(TemplateFailure) -> String? {
    guard let value = try next(name), !isNone(value) else { return nil }
    guard let text = value.string else {
      throw TemplateFailure("\(callee): \"\(name)\" is a \(value.typeName), expected a str")
    }
    return text
  }

  mutating func requiredText(_ name: String) throws(TemplateFailure) -> String {
    guard let text = try text(name) else {
      throw TemplateFailure("\(callee): the argument \"\(name)\" is missing")
    }
    return text
  }

  mutating func int(_ name: String) throws(TemplateFailure) -> Int? {
    guard let value = try next(name), !isNone(value) else { return nil }
    guard let int = value.int else {
      throw TemplateFailure("\(callee): \"\(name)\" is a \(value.typeName), expected an int")
    }
    return int
  }

  mutating func flag(_ name: String) throws(TemplateFailure) -> Bool? {
    try next(name)?.isTrue
  }

  /// Everything given by name only.
  mutating func takeNamed() -> [(name: String, value: TemplateValue)] {
    defer { named = [] }
    return named
  }

  /// Everything given by place that is left.
  mutating func takePositional() -> [TemplateValue] {
    defer { positional = [] }
    return Array(positional)
  }

  /// Refuses what nobody asked for.
  func finish() throws(TemplateFailure) {
    if let extra = named.first {
      throw TemplateFailure("\(callee): there is no argument \"\(extra.name)\" here")
    }
    guard positional.isEmpty else { throw TemplateFailure("\(callee): too many arguments") }
  }

  private func isNone(_ value: TemplateValue) -> Bool {
    if case .none = value { true } else { false }
  }
}
