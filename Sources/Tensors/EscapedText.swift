/// Text from a file made safe to print: control characters, quotes and backslashes are escaped.
///
/// A tensor name can hold a newline or a terminal's escape sequence; neither reaches a terminal raw.
/// Text that does not stand in quotes can keep its own: then only what cannot be printed is escaped.
package func escaped(_ text: String, inQuotes: Bool = true) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"" where inQuotes, "\\" where inQuotes:
      result += "\\\(scalar)"
    case "\n":
      result += "\\n"
    case "\r":
      result += "\\r"
    case "\t":
      result += "\\t"
    default:
      if isPrintable(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
  }
  return result
}

private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
    false
  default:
    true
  }
}
