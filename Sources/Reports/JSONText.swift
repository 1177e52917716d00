extension JSONTree {
  /// The document as RFC 8259 text, two blanks a level, with a line feed at its end.
  ///
  /// A list or object whose parts are all plain values, and which fits on a line of 100 characters,
  /// stays on one line, so that a table reads as one.
  package var jsonText: String {
    var text = ""
    append(to: &text, indent: 0)
    return text + "\n"
  }

  /// The document on one line, without a line feed: a record of a JSON Lines file.
  package var jsonLine: String {
    switch self {
    case .null: "null"
    case .flag(let flag): flag ? "true" : "false"
    case .integer(let count): String(count)
    case .number(let number): number.isFinite ? number.description : "null"
    case .text(let text): quoted(text)
    case .array(let items): "[" + items.map(\.jsonLine).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { quoted($0.name) + ": " + $0.value.jsonLine }.joined(separator: ", ") + "}"
    }
  }

  private func append(to text: inout String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    switch self {
    case .array(let items) where !staysOnOneLine:
      text += "["
      for (index, item) in items.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + margin + "  "
        item.append(to: &text, indent: indent + 2)
      }
      text += "\n" + margin + "]"
    case .object(let members) where !staysOnOneLine:
      text += "{"
      for (index, member) in members.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + margin + "  " + quoted(member.name) + ": "
        member.value.append(to: &text, indent: indent + 2)
      }
      text += "\n" + margin + "}"
    default:
      text += jsonLine
    }
  }

  private var staysOnOneLine: Bool {
    let parts: [JSONTree]
    switch self {
    case .array(let items): parts = items
    case .object(let members): parts = members.map(\.value)
    default: return true
    }
    guard !parts.isEmpty else { return true }
    return parts.count <= 12 && parts.allSatisfy(\.isShallow) && jsonLine.utf8.count <= 100
  }

  /// A plain value, or a list of plain values (a shape).
  private var isShallow: Bool {
    switch self {
    case .object(let members): members.isEmpty
    case .array(let items):
      items.allSatisfy { item in
        switch item {
        case .array, .object: false
        default: true
        }
      }
    default: true
    }
  }
}

/// A JSON string: quotes, backslashes and everything below U+0020 escaped, the rest as UTF-8.
func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\0"..<" ", "\u{7F}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
