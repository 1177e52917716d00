import Tensors

extension TemplateValue {
  /// `self ∘ other`, as Python computes it, or why it does not.
  func combined(
    _ arithmetic: Expression.Arithmetic, _ other: TemplateValue
  ) throws(TemplateFailure) -> TemplateValue {
    let (left, right) = (try defined(), try other.defined())
    switch (arithmetic, left, right) {
    case (.add, .string(let a), .string(let b)): return .string(a + b)
    case (.add, .markup(let a), .markup(let b)): return .markup(a + b)
    case (.add, .markup(let a), .string(let b)): return .markup(a + escapedForHTML(b))
    case (.add, .string(let a), .markup(let b)): return .markup(escapedForHTML(a) + b)
    case (.add, .list(let a), .list(let b)): return .list(a + b)
    case (.add, .tuple(let a), .tuple(let b)): return .tuple(a + b)
    case (.add, .string, _): throw TemplateFailure("a \(right.typeName) cannot be joined to a str")
    case (.multiply, .string(let text), _) where right.int != nil:
      return .string(try repeated(text, right.int ?? 0))
    case (.multiply, _, .string(let text)) where left.int != nil:
      return .string(try repeated(text, left.int ?? 0))
    case (.remainder, .string(let format), _): return .string(try percentFormatted(format, right))
    default: break
    }
    if arithmetic != .divide, let a = left.int, let b = right.int {
      return try whole(arithmetic, a, b)
    }
    guard let a = left.double, let b = right.double else {
      throw TemplateFailure(
        "\"\(arithmetic.rawValue)\" is not defined for \(left.typeName) and \(right.typeName)")
    }
    return .float(try real(arithmetic, a, b))
  }

  var negated: TemplateValue {
    get throws(TemplateFailure) {
      if case .float(let value) = self { return .float(-value) }
      if let int, int != .min { return .int(-int) }
      throw TemplateFailure("\"-\" is not defined for \(typeName)")
    }
  }

  /// Python's `==`: numbers by value, text by code points.
  func equals(_ other: TemplateValue) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): true
    case (.string(let a), .string(let b)), (.markup(let a), .string(let b)),
      (.string(let a), .markup(let b)), (.markup(let a), .markup(let b)):
      ExactString(a) == ExactString(b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.equals($1) }
    case (.dictionary(let a), .dictionary(let b)):
      a.count == b.count && a.allSatisfy { key, value in b[key].map { value.equals($0) } ?? false }
    case (.namespace(let a), .namespace(let b)): a === b
    default:
      if let a = int, let b = other.int {
        a == b
      } else if let a = double, let b = other.double {
        a == b
      } else {
        false
      }
    }
  }

  /// Whether `self` sorts before `other`.
  func precedes(_ other: TemplateValue) throws(TemplateFailure) -> Bool {
    let (left, right) = (try defined(), try other.defined())
    switch (left, right) {
    case (.string(let a), .string(let b)): return ExactString(a) < ExactString(b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (x, y) in zip(a, b) where !x.equals(y) { return try x.precedes(y) }
      return a.count < b.count
    default:
      if let a = left.int, let b = right.int { return a < b }
      if let a = left.double, let b = right.double { return a < b }
      throw TemplateFailure("\(left.typeName) and \(right.typeName) have no order")
    }
  }

  /// Python's `in`.
  func contains(_ element: TemplateValue) throws(TemplateFailure) -> Bool {
    switch self {
    case .string(let text):
      guard case .string(let pattern) = try element.defined() else {
        throw TemplateFailure("a \(element.typeName) cannot be in a str")
      }
      return Search(for: pattern, in: text).isFound
    case .dictionary(let members):
      return TemplateKey(element).map { members[$0] != nil } ?? false
    default: return try elements().contains { $0.equals(element) }
    }
  }

  func satisfies(
    _ comparison: Expression.Comparison, _ other: TemplateValue
  ) throws(TemplateFailure) -> Bool {
    switch comparison {
    case .equal: equals(other)
    case .unequal: !equals(other)
    case .less: try precedes(other)
    case .greater: try other.precedes(self)
    case .lessOrEqual: try isOrdered(before: other)
    case .greaterOrEqual: try other.isOrdered(before: self)
    case .in: try other.contains(self)
    case .notIn: try !other.contains(self)
    }
  }

  /// `<=`, which of NaN is false like `<`.
  private func isOrdered(before other: TemplateValue) throws(TemplateFailure) -> Bool {
    try precedes(other) || equals(other)
  }
}

/// What MarkupSafe makes of text that is added to markup.
private func escapedForHTML(_ text: String) -> String {
  let entities: [Unicode.Scalar: String] = [
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", "\"": "&#34;",
  ]
  return text.unicodeScalars.map { entities[$0] ?? String($0) }.joined()
}

/// Text that a template makes by repetition is bounded like all else that it makes.
private func repeated(_ text: String, _ count: Int) throws(TemplateFailure) -> String {
  guard count <= TemplateBudget.textLimit,
    text.utf8.count * max(count, 0) <= TemplateBudget.textLimit
  else { throw TemplateBudget.exceeded }
  return String(repeating: text, count: max(count, 0))
}

private func whole(
  _ arithmetic: Expression.Arithmetic, _ a: Int, _ b: Int
) throws(TemplateFailure) -> TemplateValue {
  let result: (partialValue: Int, overflow: Bool)
  switch arithmetic {
  case .add: result = a.addingReportingOverflow(b)
  case .subtract: result = a.subtractingReportingOverflow(b)
  case .multiply: result = a.multipliedReportingOverflow(by: b)
  case .divideWhole, .remainder:
    guard b != 0 else { throw TemplateFailure("division by zero") }
    guard b != -1 else {
      return .int(arithmetic == .remainder ? 0 : try whole(.subtract, 0, a).int ?? 0)
    }
    let (quotient, rest) = a.quotientAndRemainder(dividingBy: b)
    // Python rounds down, so that the rest has the divisor's sign.
    let isLower = rest != 0 && (rest < 0) != (b < 0)
    return .int(
      arithmetic == .remainder ? (isLower ? rest + b : rest) : (isLower ? quotient - 1 : quotient))
  case .power:
    guard b >= 0 else { throw TemplateFailure("a negative power is not supported") }
    result = power(a, b)
  case .divide: throw TemplateFailure("\"/\" gives no whole number")
  }
  guard !result.overflow else { throw TemplateFailure("a whole number is beyond 64 bits") }
  return .int(result.partialValue)
}

private func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
  guard base.magnitude > 1 else {
    return (exponent == 0 || base == 1 || (base == -1 && exponent % 2 == 0) ? 1 : base, false)
  }
  guard exponent < 64 else { return (0, true) }
  return (0..<exponent).reduce((1, false)) { result, _ in
    let next = result.0.multipliedReportingOverflow(by: base)
    return (next.partialValue, result.1 || next.overflow)
  }
}

private func real(
  _ arithmetic: Expression.Arithmetic, _ a: Double, _ b: Double
) throws(TemplateFailure) -> Double {
  switch arithmetic {
  case .add: return a + b
  case .subtract: return a - b
  case .multiply: return a * b
  case .divide, .divideWhole, .remainder:
    guard b != 0 else { throw TemplateFailure("division by zero") }
    guard arithmetic != .divide else { return a / b }
    let rest = a.truncatingRemainder(dividingBy: b)
    let lower = rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    return arithmetic == .remainder ? lower : ((a - lower) / b).rounded()
  case .power: throw TemplateFailure("powers of numbers with a point are not supported")
  }
}

/// Python's `format % values`, with `%s`, `%d` and `%%`.
private func percentFormatted(
  _ format: String, _ value: TemplateValue
) throws(TemplateFailure) -> String {
  var values = if case .tuple(let elements) = value { elements[...] } else { [value][...] }
  var result = ""
  var isDirective = false
  for scalar in format.unicodeScalars {
    guard isDirective else {
      isDirective = scalar == "%"
      if !isDirective { result.unicodeScalars.append(scalar) }
      continue
    }
    isDirective = false
    switch scalar {
    case "%": result += "%"
    case "s", "d":
      guard let next = values.popFirst() else {
        throw TemplateFailure("the format \"\(escaped(format))\" has too few values")
      }
      result += scalar == "s" ? next.text : try String(wholeNumber(next))
    default: throw TemplateFailure("the format \"%\(scalar)\" is not supported")
    }
  }
  guard values.isEmpty, !isDirective else {
    throw TemplateFailure("the format \"\(escaped(format))\" has other values than places")
  }
  return result
}

/// A number without what stands behind its point.
func wholeNumber(_ value: TemplateValue) throws(TemplateFailure) -> Int {
  if let int = value.int { return int }
  guard let double = value.double, let whole = Int(exactly: double.rounded(.towardZero)) else {
    throw TemplateFailure("\(escaped(value.representation)) is no whole number")
  }
  return whole
}
