import Tensors

/// The tests that are known, as templates spell them behind `is`.
enum TestName: String, Sendable {
  case boolean, callable, defined, divisibleby, eq, equalto, even, `false`, float, ge, greaterthan
  case gt, `in`, integer, iterable, le, lessthan, lower, lt, mapping, ne, none, number, odd, sameas
  case sequence, string, `true`, undefined, upper
  case equalSign = "=="
  case unequalSign = "!="
  case greaterSign = ">"
  case greaterOrEqualSign = ">="
  case lessSign = "<"
  case lessOrEqualSign = "<="
}

extension TestName {
  /// `value is name(arguments)`.
  ///
  /// Source: <https://jinja.palletsprojects.com/en/stable/templates/#list-of-builtin-tests>.
  func holds(
    for value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFailure) -> Bool {
    var arguments = arguments
    let kind = try isKind(value)
    let result = if let kind { kind } else { try compares(value, &arguments) }
    try arguments.finish()
    return result
  }

  /// What the value is; nil for the tests that compare.
  private func isKind(_ value: TemplateValue) throws(TemplateFailure) -> Bool? {
    switch (self, value) {
    case (.defined, _): return !value.isUndefined
    case (.undefined, _): return value.isUndefined
    case (.none, .none), (.boolean, .bool), (.integer, .int), (.float, .float),
      (.string, .string), (.string, .markup), (.mapping, .dictionary), (.callable, .callable):
      return true
    case (.none, _), (.boolean, _), (.integer, _), (.float, _), (.string, _), (.mapping, _),
      (.callable, _):
      return false
    case (.true, _): return if case .bool(true) = value { true } else { false }
    case (.false, _): return if case .bool(false) = value { true } else { false }
    case (.number, _): return value.double != nil
    case (.iterable, _):
      switch value {
      case .undefined, .string, .markup, .list, .tuple, .generator, .dictionary: return true
      default: return false
      }
    case (.sequence, _):
      switch value {
      case .string, .markup, .list, .tuple, .dictionary, .undefined: return true
      default: return false
      }
    case (.odd, _): return try remainder(of: value, by: 2) == 1
    case (.even, _): return try remainder(of: value, by: 2) == 0
    case (.lower, _): return isCased(value.text) && value.text == value.text.lowercased()
    case (.upper, _): return isCased(value.text) && value.text == value.text.uppercased()
    default: return nil
    }
  }

  private func compares(
    _ value: TemplateValue, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> Bool {
    let other = try arguments.required("other")
    switch self {
    case .divisibleby: return try remainder(of: value, by: try wholeNumber(other)) == 0
    case .sameas: return value.typeName == other.typeName && value.equals(other)
    case .in: return try other.contains(value)
    case .ne, .unequalSign: return !value.equals(other)
    case .lt, .lessthan, .lessSign: return try value.satisfies(.less, other)
    case .le, .lessOrEqualSign: return try value.satisfies(.lessOrEqual, other)
    case .gt, .greaterthan, .greaterSign: return try value.satisfies(.greater, other)
    case .ge, .greaterOrEqualSign: return try value.satisfies(.greaterOrEqual, other)
    default: return value.equals(other)
    }
  }
}

private func remainder(of value: TemplateValue, by divisor: Int) throws(TemplateFailure) -> Int {
  try value.combined(.remainder, .int(divisor)).int ?? -1
}

private func isCased(_ text: String) -> Bool {
  text.unicodeScalars.contains { $0.properties.isCased }
}
