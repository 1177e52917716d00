import OrderedCollections
import Tensors

/// The text that the filter `tojson` writes, which transformers defines as
/// `json.dumps(value, ensure_ascii=False, indent=…, separators=…, sort_keys=…)`.
struct JSONText {
  /// Blanks a level; nil writes one line.
  var indent: Int?
  var separators: (item: String, key: String)?
  var sortsKeys = false
  /// Whether characters beyond ASCII are written by their numbers.
  var isASCII = false

  /// - Throws: `TemplateFailure` when a value has no JSON.
  func text(_ value: TemplateValue) throws(TemplateFailure) -> String {
    var result = ""
    try write(value, level: 0, into: &result)
    return result
  }

  private func write(
    _ value: TemplateValue, level: Int, into result: inout String
  ) throws(TemplateFailure) {
    switch value {
    case .none: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .int(let value): result += String(value)
    case .float(let value): result += jsonText(value)
    case .string(let text), .markup(let text): appendQuoted(text, to: &result)
    case .list(let elements), .tuple(let elements):
      try write(("[", "]"), count: elements.count, level, &result) {
        (index, result) throws(TemplateFailure) in
        try write(elements[index], level: level + 1, into: &result)
      }
    case .dictionary(let members):
      let pairs = try sortsKeys ? sorted(members) : Array(members)
      try write(("{", "}"), count: pairs.count, level, &result) {
        (index, result) throws(TemplateFailure) in
        appendQuoted(pairs[index].key.value.text, to: &result)
        result += separators?.key ?? ": "
        try write(pairs[index].value, level: level + 1, into: &result)
      }
    case .undefined(let what): throw TemplateFailure("tojson of what is not defined: \(what)")
    case .generator, .namespace, .loop, .callable:
      throw TemplateFailure("a value of type \(value.typeName) has no JSON")
    }
  }

  private func write(
    _ brackets: (open: String, close: String), count: Int, _ level: Int, _ result: inout String,
    _ element: (Int, inout String) throws(TemplateFailure) -> Void
  ) throws(TemplateFailure) {
    result += brackets.open
    for index in 0..<count {
      if index > 0 { result += separators?.item ?? (indent == nil ? ", " : ",") }
      breakLine(level + 1, &result)
      try element(index, &result)
    }
    if count > 0 { breakLine(level, &result) }
    result += brackets.close
  }

  private func sorted(
    _ members: TemplateMembers
  ) throws(TemplateFailure) -> [(key: TemplateKey, value: TemplateValue)] {
    let keys = members.keys.compactMap(\.value.string).map { ExactString($0) }
    guard keys.count == members.count else {
      throw TemplateFailure("keys that are not all str have no order")
    }
    return keys.sorted().map { (.string($0), members[.string($0)] ?? .none) }
  }

  private func breakLine(_ level: Int, _ result: inout String) {
    guard let indent else { return }
    result += "\n" + String(repeating: " ", count: indent * level)
  }
}

private func jsonText(_ value: Double) -> String {
  value.isNaN
    ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : pythonText(value)
}

extension JSONText {
  private func appendQuoted(_ text: String, to result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case _ where scalar.value < 0x20 || (isASCII && scalar.value > 0x7E):
        for unit in String(scalar).utf16 { result += "\\u" + hexadecimal(unit) }
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}

/// Four digits.
private func hexadecimal(_ unit: UInt16) -> String {
  let digits = String(unit, radix: 16)
  return String(repeating: "0", count: 4 - digits.count) + digits
}
