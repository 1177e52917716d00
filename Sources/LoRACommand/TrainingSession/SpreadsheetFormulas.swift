/// Texts in a CSV that a spreadsheet would run as formulas when it opens the file.
struct SpreadsheetFormulas {
  private var count = 0
  private var first: String?

  /// Whether a spreadsheet takes a cell for a formula; a number with a sign is none.
  static func contains(_ cell: String) -> Bool {
    guard let start = cell.unicodeScalars.first else { return false }
    return ["=", "+", "-", "@", "\t", "\r"].contains(start) && Double(cell) == nil
  }

  /// Looks at cells that are written.
  mutating func note(_ cells: some Sequence<String>) {
    for cell in cells where Self.contains(cell) {
      count += 1
      first = first ?? cell
    }
  }

  /// What a person should know; nil when there is none.
  var warning: String? {
    guard let first else { return nil }
    return "\(counted(count, "cell")) of the output, first \"\(first)\", "
      + "\(count == 1 ? "is a formula" : "are formulas") to a spreadsheet, which runs them; "
      + "import the columns as text"
  }
}
