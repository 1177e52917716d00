extension Table {
  /// The table as CSV (RFC 4180, but lines end in a bare line feed): headings, then a record a row.
  ///
  /// Numbers are written as they are, a missing value as an empty field, a list with blanks between
  /// its items.
  package var csv: String {
    ([headings.map(\.name)] + rows.map { $0.map(\.csvText) })
      .map { $0.map(csvField).joined(separator: ",") + "\n" }
      .joined()
  }
}

extension Value {
  fileprivate var csvText: String {
    switch self {
    case .flag(let flag): flag ? "true" : "false"
    case .list(let values): values.map(\.csvText).joined(separator: " ")
    default: Quantity(self).text
    }
  }
}

/// `text` as one field, in quotes when it holds a comma, a quote or a line break, or begins or ends
/// with a blank.
package func csvField(_ text: String) -> String {
  let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
  let isPlain =
    !text.unicodeScalars.contains { special.contains($0) }
    && !text.hasPrefix(" ") && !text.hasSuffix(" ")
  guard !isPlain else { return text }
  var result = "\""
  for scalar in text.unicodeScalars {
    if scalar == "\"" { result += "\"" }
    result.unicodeScalars.append(scalar)
  }
  return result + "\""
}
