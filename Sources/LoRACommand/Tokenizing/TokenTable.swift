import Reports
import Text

/// The tokens of a text, a row each.
struct TokenTable {
  private struct Row {
    let id: Int
    let span: Range<Int>
    let piece: String
    let text: String
  }

  private let rows: [Row]

  init(_ encoding: Encoding, of text: String, _ tokenizer: Tokenizer) {
    let bytes = Array(text.utf8)
    rows = zip(encoding.ids, encoding.spans).map { id, span in
      Row(
        id: id, span: span, piece: tokenizer.token(id) ?? "",
        text: String(decoding: bytes[span], as: UTF8.self))
    }
  }

  var report: Report {
    var report = Report()
    report.add(
      "tokens",
      Table(
        rows,
        columns: [
          Column("id", .plain) { .integer($0.id) },
          Column("from", .plain) { .integer($0.span.lowerBound) },
          Column("to", .plain) { .integer($0.span.upperBound) },
          Column("piece") { "\"\($0.piece)\"" },
          Column("text") { "\"\($0.text)\"" },
        ]))
    return report
  }
}
