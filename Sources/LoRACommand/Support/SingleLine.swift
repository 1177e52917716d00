import Tensors

/// Text on one line: each run of line breaks and the blanks after it becomes one blank, and what
/// else cannot be printed is escaped.
func singleLine(_ text: String) -> String {
  let lines = text.split(whereSeparator: \.isNewline)
    .map { $0.drop(while: \.isWhitespace) }
    .filter { !$0.isEmpty }
  return escaped(lines.joined(separator: " "), inQuotes: false)
}
