extension Table {
  /// The table for a terminal: a line of headings, then a line a row, two blanks between columns.
  ///
  /// `width` is the terminal's, in columns. When the table is wider, its widest left-aligned column
  /// is cut in the middle, to 16 columns at least; nil never cuts. `escape` makes text from files safe
  /// to print.
  package func text(width: Int? = nil, escape: (String) -> String = { $0 }) -> String {
    var cells = [headings.map(\.text)]
    let keepsZeros = headings.indices.map(hasFractions)
    for row in rows {
      cells.append(
        headings.indices.map { column in
          Quantity(row[column], headings[column].format)
            .text(keepsZeros: keepsZeros[column], escape: escape)
        })
    }
    var widths = headings.indices.map { column in
      cells.map { displayWidth(of: $0[column]) }.max() ?? 0
    }
    if let width, let column = cutColumn(widths) {
      let excess = widths.reduce(2 * (widths.count - 1), +) - width
      if excess > 0 { widths[column] = max(min(16, widths[column]), widths[column] - excess) }
    }
    return cells.map { line($0, widths: widths) }.joined(separator: "\n")
  }

  /// Whether a column has numbers with places, beside which others keep the zeros of theirs.
  private func hasFractions(_ column: Int) -> Bool {
    let format = headings[column].format
    return format.dropsZeros
      && rows.contains { row in
        if case .number(let number) = row[column] {
          number.isFinite && format.text(of: number).contains(".")
        } else {
          false
        }
      }
  }

  private func line(_ cells: [String], widths: [Int]) -> String {
    let parts = cells.indices.map { column in
      padded(
        cutInTheMiddle(cells[column], to: widths[column]), to: widths[column],
        headings[column].alignment)
    }
    let line = parts.joined(separator: "  ")
    let blanks = line.reversed().prefix { $0 == " " }.count
    return String(line.dropLast(blanks))
  }

  private func cutColumn(_ widths: [Int]) -> Int? {
    headings.indices.filter { headings[$0].alignment == .left }.max { widths[$0] < widths[$1] }
  }
}

extension Table.Heading {
  /// The label, with the unit in parentheses.
  var text: String { unit.map { "\(label) (\($0))" } ?? label }
}
