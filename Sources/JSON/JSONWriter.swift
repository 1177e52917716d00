import Tensors

extension JSONValue {
  /// The text with each member on a line of its own, two spaces a level: Python's
  /// `json.dumps(value, indent=2, ensure_ascii=False)`.
  package var indentedText: String {
    var writer = JSONWriter(indents: true)
    writer.write(self, level: 0)
    return writer.text
  }

  /// The text without any white space.
  package var compactText: String {
    var writer = JSONWriter(indents: false)
    writer.write(self, level: 0)
    return writer.text
  }
}

private struct JSONWriter {
  var text = ""
  let indents: Bool

  init(indents: Bool) {
    self.indents = indents
  }

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let number): text += number.text
    case .string(let string): text += quoted(string)
    case .array(let elements):
      list(elements, in: ("[", "]"), level: level) { writer, element in
        writer.write(element, level: level + 1)
      }
    case .object(let members):
      list(Array(members), in: ("{", "}"), level: level) { writer, member in
        writer.text += quoted(member.key.text) + (writer.indents ? ": " : ":")
        writer.write(member.value, level: level + 1)
      }
    }
  }

  private mutating func list<Element>(
    _ elements: [Element], in brackets: (open: String, close: String), level: Int,
    _ write: (inout JSONWriter, Element) -> Void
  ) {
    text += brackets.open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      breakLine(level + 1)
      write(&self, element)
    }
    if !elements.isEmpty { breakLine(level) }
    text += brackets.close
  }

  private mutating func breakLine(_ level: Int) {
    guard indents else { return }
    text += "\n" + String(repeating: "  ", count: level)
  }
}

/// `string` as a JSON string: quotes, backslashes and control characters escaped, all else as is.
package func quoted(_ string: String) -> String {
  var result = "\""
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{8}": result += "\\b"
    case "\u{C}": result += "\\f"
    case "\0"..."\u{1F}": result += "\\u00" + hexadecimal(UInt8(scalar.value))
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
