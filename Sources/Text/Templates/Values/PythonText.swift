import OrderedCollections
import Tensors

extension TemplateValue {
  /// The text that `{{ value }}` writes: Python's `str`.
  var text: String {
    switch self {
    case .undefined: ""
    case .string(let text), .markup(let text): text
    default: representation
    }
  }

  /// Python's `repr`, which strings have inside of lists and dictionaries.
  var representation: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .float(let value): pythonText(value)
    case .string(let text): pythonQuoted(text)
    case .markup(let text): "Markup(\(pythonQuoted(text)))"
    case .generator: "<generator>"
    case .list(let elements): "[" + elements.map(\.representation).joined(separator: ", ") + "]"
    case .tuple(let elements):
      "(" + elements.map(\.representation).joined(separator: ", ")
        + (elements.count == 1 ? ",)" : ")")
    case .dictionary(let members): dictionaryText(members)
    case .namespace(let space): "<Namespace \(dictionaryText(space.members))>"
    case .loop(let position): "<LoopContext \(position.index + 1)/\(position.values.count)>"
    case .callable: "<function>"
    }
  }
}

private func dictionaryText(_ members: TemplateMembers) -> String {
  "{"
    + members.map { "\($0.key.value.representation): \($0.value.representation)" }
    .joined(separator: ", ") + "}"
}

/// The shortest decimal that reads back, with an exponent below 1e-4 and from 1e16 on.
///
/// Source: <https://docs.python.org/3/library/functions.html#repr>, `float.__repr__`.
func pythonText(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  let (digits, exponent) = decimalDigits(of: abs(value))
  let sign = value.sign == .minus ? "-" : ""
  guard (-4..<16).contains(exponent) else {
    let rest = digits.dropFirst()
    let size = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
    return sign + digits.prefix(1) + (rest.isEmpty ? "" : ".\(rest)")
      + "e\(exponent < 0 ? "-" : "+")\(size)"
  }
  guard exponent >= 0 else {
    return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
  }
  let padded = digits + String(repeating: "0", count: max(exponent + 2 - digits.count, 0))
  return sign + padded.prefix(exponent + 1) + "." + padded.dropFirst(exponent + 1)
}

/// The significant digits of the shortest text, and the exponent of the first: 0.0250 is 25, -2.
private func decimalDigits(of value: Double) -> (digits: String, exponent: Int) {
  guard value > 0 else { return ("0", 0) }
  let parts = value.description.split(separator: "e")
  let shift = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  let whole = String(halves[0])
  let all = whole + (halves.count > 1 ? String(halves[1]) : "")
  let leading = all.prefix { $0 == "0" }.count
  var digits = String(all.dropFirst(leading))
  while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
  return (digits, shift + whole.count - 1 - leading)
}

/// A string as Python writes it: in single quotes unless it holds some and no double ones.
private func pythonQuoted(_ text: String) -> String {
  let bytes = text.utf8
  let quote: Unicode.Scalar =
    bytes.contains(UInt8(ascii: "'")) && !bytes.contains(UInt8(ascii: "\"")) ? "\"" : "'"
  var result = String(quote)
  for scalar in text.unicodeScalars {
    switch scalar {
    case quote, "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    default: result += isPrinted(scalar) ? String(scalar) : escapedScalar(scalar.value)
    }
  }
  return result + String(quote)
}

private func isPrinted(_ scalar: Unicode.Scalar) -> Bool {
  guard scalar != " " else { return true }
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
    .paragraphSeparator, .spaceSeparator:
    return false
  default: return true
  }
}

private func escapedScalar(_ value: UInt32) -> String {
  let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
  let digits = String(value, radix: 16)
  return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
}
