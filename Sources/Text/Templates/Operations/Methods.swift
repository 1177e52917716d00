import OrderedCollections
import Tensors

/// The methods of strings.
enum TextMethod: String {
  case capitalize, count, endswith, find, format, index, isalpha, isdigit, isspace, join, lower
  case lstrip, removeprefix, removesuffix, replace, rfind, rsplit, rstrip, split, splitlines
  case startswith, strip, upper
}

/// The methods of dictionaries.
enum MemberMethod: String {
  case copy, get, items, keys, values
}

/// The methods of lists.
enum ListMethod: String {
  case copy, count, index
}

extension TextMethod {
  func called(
    on text: String, _ arguments: CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    var arguments = arguments
    if self == .format { return .string(try formatted(text, arguments)) }
    let result = try value(text, &arguments)
    try arguments.finish()
    return result
  }

  private func value(
    _ text: String, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    switch self {
    case .lower: return .string(text.lowercased())
    case .upper: return .string(text.uppercased())
    case .capitalize: return .string(capitalized(text))
    case .strip: return .string(stripped(text, of: try arguments.text("chars")))
    case .lstrip: return .string(stripped(text, of: try arguments.text("chars"), right: false))
    case .rstrip: return .string(stripped(text, of: try arguments.text("chars"), left: false))
    case .removeprefix: return .string(without(text, prefix: try arguments.requiredText("prefix")))
    case .removesuffix: return .string(without(text, suffix: try arguments.requiredText("suffix")))
    case .replace:
      let (old, new) = (try arguments.requiredText("old"), try arguments.requiredText("new"))
      return .string(replaced(text, old, with: new, limit: try arguments.int("count") ?? -1))
    case .split, .rsplit:
      let separator = try arguments.text("sep")
      let limit = try arguments.int("maxsplit") ?? -1
      let pieces = try Text.split(text, at: separator, limit: limit, fromRight: self == .rsplit)
      return .list(pieces.map { .string($0) })
    case .splitlines: return .list(lines(of: text).map { .string($0) })
    case .startswith, .endswith: return .bool(try begins(text, &arguments))
    case .join: return .string(try joined(by: text, try arguments.required("iterable")))
    case .find, .rfind, .index, .count: return .int(try searched(text, &arguments))
    case .isalpha: return .bool(all(text) { $0.properties.isAlphabetic })
    case .isdigit: return .bool(all(text) { $0.properties.numericType == .decimal })
    case .isspace: return .bool(all(text, isPythonSpace))
    case .format: preconditionFailure("it takes any arguments")
    }
  }

  /// Whether the text begins or ends with a string, or with one of several.
  private func begins(
    _ text: String, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> Bool {
    let wanted = try arguments.required("prefix")
    let all = if case .tuple(let elements) = wanted { elements } else { [wanted] }
    let bytes = Array(text.utf8)
    for element in all {
      guard case .string(let part) = try element.defined() else {
        throw TemplateFailure("\(rawValue) takes a str, not a \(element.typeName)")
      }
      let isFound =
        self == .startswith
        ? bytes.starts(with: part.utf8) : bytes.reversed().starts(with: part.utf8.reversed())
      if isFound { return true }
    }
    return false
  }

  private func searched(
    _ text: String, _ arguments: inout CallArguments
  ) throws(TemplateFailure) -> Int {
    let pattern = try arguments.requiredText("sub")
    let search = Search(for: pattern, in: text)
    if self == .count {
      return pattern.isEmpty ? text.unicodeScalars.count + 1 : search.places().count
    }
    let place: Int?
    if pattern.isEmpty {
      place = self == .rfind ? search.text.count : 0
    } else if self == .rfind {
      let reversal = Search(
        for: String(String.UnicodeScalarView(pattern.unicodeScalars.reversed())),
        in: String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
      let scalars = reversal.places(limit: 1).first.map {
        String(decoding: reversal.text[..<$0], as: UTF8.self).unicodeScalars.count
      }
      return scalars.map { text.unicodeScalars.count - $0 - pattern.unicodeScalars.count } ?? -1
    } else {
      place = search.places(limit: 1).first
    }
    if place == nil, self == .index {
      throw TemplateFailure("the text holds no \"\(escaped(pattern))\"")
    }
    return place.map { String(decoding: search.text[..<$0], as: UTF8.self).unicodeScalars.count }
      ?? -1
  }
}

private func without(_ text: String, prefix: String) -> String {
  let bytes = Array(text.utf8)
  guard bytes.starts(with: prefix.utf8) else { return text }
  return String(decoding: bytes.dropFirst(prefix.utf8.count), as: UTF8.self)
}

private func without(_ text: String, suffix: String) -> String {
  let bytes = Array(text.utf8)
  guard bytes.reversed().starts(with: suffix.utf8.reversed()) else { return text }
  return String(decoding: bytes.dropLast(suffix.utf8.count), as: UTF8.self)
}

private func all(_ text: String, _ holds: (Unicode.Scalar) -> Bool) -> Bool {
  !text.isEmpty && text.unicodeScalars.allSatisfy(holds)
}

private func lines(of text: String) -> [String] {
  let breaks: Set<Unicode.Scalar> = [
    "\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}",
  ]
  var (lines, line) = ([String](), String.UnicodeScalarView())
  var (isOpen, previous) = (false, Unicode.Scalar(0))
  for scalar in text.unicodeScalars {
    defer { previous = scalar }
    if scalar == "\n", previous == "\r" { continue }
    if breaks.contains(scalar) {
      lines.append(String(line))
      (line, isOpen) = (String.UnicodeScalarView(), false)
    } else {
      line.append(scalar)
      isOpen = true
    }
  }
  return isOpen ? lines + [String(line)] : lines
}

private func joined(by separator: String, _ value: TemplateValue) throws(TemplateFailure) -> String
{
  var texts: [String] = []
  for element in try value.defined().elements() {
    guard case .string(let text) = try element.defined() else {
      throw TemplateFailure("join takes strings, not a \(element.typeName)")
    }
    texts.append(text)
  }
  return texts.joined(separator: separator)
}

/// `str.format` with plain places: `{}`, `{0}`, `{name}`, and doubled braces.
private func formatted(
  _ text: String, _ arguments: CallArguments
) throws(TemplateFailure) -> String {
  var arguments = arguments
  let (values, named) = (arguments.takePositional(), arguments.takeNamed())
  let scalars = Array(text.unicodeScalars)
  var (result, index, automatic) = ("", 0, 0)
  while index < scalars.count {
    let scalar = scalars[index]
    let isDoubled = index + 1 < scalars.count && scalars[index + 1] == scalar
    if scalar == "{" || scalar == "}", isDoubled {
      result.unicodeScalars.append(scalar)
      index += 2
    } else if scalar == "{", let end = scalars[index...].firstIndex(of: "}") {
      let field = String(String.UnicodeScalarView(scalars[(index + 1)..<end]))
      let place = field.isEmpty ? automatic : Int(field)
      if field.isEmpty { automatic += 1 }
      let value =
        place.map { values.indices.contains($0) ? values[$0] : nil }
        ?? named.first { $0.name == field }?.value
      guard let value else {
        throw TemplateFailure("format: \"{\(escaped(field))}\" has no value, or is not supported")
      }
      result += try value.defined().text
      index = end + 1
    } else {
      guard scalar != "{", scalar != "}" else { throw TemplateFailure("format: a single brace") }
      result.unicodeScalars.append(scalar)
      index += 1
    }
  }
  return result
}

extension MemberMethod {
  func called(
    on members: TemplateMembers, _ arguments: CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    var arguments = arguments
    let result: TemplateValue
    switch self {
    case .copy: result = .dictionary(members)
    case .get:
      let key = try arguments.required("key")
      let other = try arguments.next("default") ?? .none
      result = TemplateKey(key).flatMap { members[$0] } ?? other
    case .items: result = .list(members.map { .tuple([$0.key.value, $0.value]) })
    case .keys: result = .list(members.keys.map(\.value))
    case .values: result = .list(Array(members.values))
    }
    try arguments.finish()
    return result
  }
}

extension ListMethod {
  func called(
    on elements: [TemplateValue], _ arguments: CallArguments
  ) throws(TemplateFailure) -> TemplateValue {
    var arguments = arguments
    guard self != .copy else {
      try arguments.finish()
      return .list(elements)
    }
    let wanted = try arguments.required("value")
    try arguments.finish()
    guard self == .index else { return .int(elements.count { $0.equals(wanted) }) }
    guard let index = elements.firstIndex(where: { $0.equals(wanted) }) else {
      throw TemplateFailure("the list does not hold \(escaped(wanted.representation))")
    }
    return .int(index)
  }
}
