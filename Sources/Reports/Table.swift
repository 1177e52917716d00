/// Rows of values under named columns.
package struct Table: Sendable, Equatable {
  /// What remains of a `Column` when its values have been taken.
  package struct Heading: Sendable, Equatable {
    package let name: String
    package let label: String
    package let unit: String?
    package let alignment: Alignment
    package let format: Format
  }

  package let headings: [Heading]
  /// [row][column], every row as long as `headings`.
  package let rows: [[Value]]

  /// The table of `rows`, each column taking its value from each row.
  package init<Row>(_ rows: [Row], columns: [Column<Row>]) {
    self.headings = columns.map {
      Heading(
        name: $0.name, label: $0.label, unit: $0.unit, alignment: $0.alignment, format: $0.format)
    }
    self.rows = rows.map { row in columns.map { $0.value(row) } }
  }

  /// The table as JSON: one object a row, with the column names as member names.
  package var json: JSONTree {
    .array(
      rows.map { row in
        .object(zip(headings, row).map { JSONTree.Member($0.name, JSONTree($1)) })
      })
  }
}
