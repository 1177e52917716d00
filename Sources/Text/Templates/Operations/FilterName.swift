/// The filters that are known, as templates spell them.
enum FilterName: String, Sendable {
  case abs, capitalize, count, d, `default`, dictsort, first, float, indent, int, items, join, last
  case length, list, lower, map, max, min, reject, rejectattr, replace, reverse, round, safe, select
  case selectattr, sort, string, sum, title, tojson, trim, unique, upper
}

extension FilterName {
  /// `value | name(arguments)`.
  ///
  /// Source: <https://jinja.palletsprojects.com/en/stable/templates/#list-of-builtin-filters>, and
  /// transformers' own `tojson`.
  func applied(
    to value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    var arguments = arguments
    if case .markup = value, ![.safe, .string, .tojson, .default, .d].contains(self) {
      throw TemplateFailure("\(rawValue) of what \"safe\" gave is not supported")
    }
    let result =
      switch self {
      case .default, .d: try defaulted(value, &arguments)
      case .tojson: try jsonEncoded(value, &arguments)
      case .safe: TemplateValue.markup(value.text)
      case .string:
        if case .markup = value { value } else { TemplateValue.string(value.text) }
      case .lower, .upper, .title, .capitalize, .trim, .replace, .indent:
        try textFiltered(value, &arguments)
      case .abs, .int, .float, .round: try numberFiltered(value, &arguments)
      case .map, .select, .reject, .selectattr, .rejectattr:
        try chosen(value, &arguments)
      default: try listFiltered(value, &arguments)
      }
    try arguments.finish()
    return result
  }
}

private func defaulted(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> TemplateValue {
  let other = try arguments.next("default_value") ?? .string("")
  let replacesFalse = try arguments.flag("boolean") ?? false
  return value.isUndefined || (replacesFalse && !value.isTrue) ? other : value
}

private func jsonEncoded(
  _ value: TemplateValue, _ arguments: inout CallArguments
) throws(TemplateFailure) -> TemplateValue {
  // As transformers declares it: ensure_ascii, indent, separators, sort_keys.
  var json = JSONText()
  json.isASCII = try arguments.flag("ensure_ascii") ?? false
  json.indent = try arguments.int("indent")
  if let separators = try arguments.next("separators"), separators.isTrue {
    let pair = try separators.elements().compactMap(\.string)
    guard pair.count == 2 else { throw TemplateFailure("tojson: separators are two strings") }
    json.separators = (pair[0], pair[1])
  }
  json.sortsKeys = try arguments.flag("sort_keys") ?? false
  return .string(try json.text(value))
}

extension FilterName {
  private func textFiltered(
    _ value: TemplateValue, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    let text = value.text
    switch self {
    case .lower: return .string(text.lowercased())
    case .upper: return .string(text.uppercased())
    case .capitalize: return .string(capitalized(text))
    case .title: return .string(titled(text))
    case .trim: return .string(stripped(text, of: try arguments.text("chars")))
    case .replace:
      let (old, new) = (try arguments.requiredText("old"), try arguments.requiredText("new"))
      return .string(replaced(text, old, with: new, limit: try arguments.int("count") ?? -1))
    default:
      let width = try arguments.next("width") ?? .int(4)
      let (first, blank) = (try arguments.flag("first"), try arguments.flag("blank"))
      let margin =
        if let text = width.string { text } else { try repeatedBlank(wholeNumber(width)) }
      return .string(
        indented(text, by: margin, first: first ?? false, blank: blank ?? false))
    }
  }

  private func numberFiltered(
    _ value: TemplateValue, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    switch self {
    case .abs:
      if let int = value.int, int != .min { return .int(Swift.abs(int)) }
      guard let double = value.double else {
        throw TemplateFailure("abs of a \(value.typeName)")
      }
      return .float(Swift.abs(double))
    case .int:
      let other = try arguments.next("default") ?? .int(0)
      if let text = value.string { return Int(stripped(text, of: nil)).map { .int($0) } ?? other }
      return value.double == nil ? other : .int(try wholeNumber(value))
    case .float:
      let other = try arguments.next("default") ?? .float(0)
      if let text = value.string {
        return Double(stripped(text, of: nil)).map { .float($0) } ?? other
      }
      return value.double.map { .float($0) } ?? other
    default:
      let precision = try arguments.int("precision") ?? 0
      guard precision == 0, try arguments.text("method") == nil, let double = value.double else {
        throw TemplateFailure("round takes a number, and no precision or method here")
      }
      return .float(double.rounded(.toNearestOrEven))
    }
  }
}

private func repeatedBlank(_ count: Int) throws(TemplateFailure) -> String {
  guard count <= TemplateBudget.textLimit else { throw TemplateBudget.exceeded }
  return String(repeating: " ", count: max(count, 0))
}

private func indented(_ text: String, by margin: String, first: Bool, blank: Bool) -> String {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  let rest = lines.dropFirst().map { $0.isEmpty && !blank ? "" : margin + $0 }
  return ([(first ? margin : "") + (lines.first ?? "")] + rest).joined(separator: "\n")
}
