/// Text on one line: each run of line breaks and the blanks after it becomes one blank, and other
/// control characters are escaped.
func singleLine(_ text: String) -> String {
  let lines = text.split(whereSeparator: \.isNewline)
    .map { $0.drop(while: \.isWhitespace) }
    .filter { !$0.isEmpty }
  return lines.joined(separator: " ").unicodeScalars.reduce(into: "") { result, scalar in
    if scalar.properties.generalCategory == .control {
      result += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
}
