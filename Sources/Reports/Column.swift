/// On which side of its column a cell is written.
package enum Alignment: Sendable, Equatable {
  case left
  case right
}

/// One column of a table of `Row`s, as data: renderers differ only in rendering.
package struct Column<Row>: Sendable {
  /// The heading in CSV, and the member name in JSON.
  package let name: String
  /// The heading in text.
  package let label: String
  /// Written behind the name in the text heading, as `loss (nats)`; CSV and JSON leave it out.
  package let unit: String?
  package let alignment: Alignment
  package let format: Format
  package let value: @Sendable (Row) -> Value

  /// A column of numbers, aligned right unless told otherwise; without a label the text's heading is the
  /// name with blanks for its underscores, so that a name from a file needs one.
  package init(
    _ name: String, label: String? = nil, unit: String? = nil, _ format: Format,
    alignment: Alignment = .right, value: @escaping @Sendable (Row) -> Value
  ) {
    self.name = name
    self.label = label ?? name.split(separator: "_").joined(separator: " ")
    self.unit = unit
    self.format = format
    self.alignment = alignment
    self.value = value
  }

  /// A column of text, aligned left.
  package init(
    _ name: String, label: String? = nil, text: @escaping @Sendable (Row) -> String
  ) {
    self.init(name, label: label, .plain, alignment: .left) { .text(text($0)) }
  }
}
