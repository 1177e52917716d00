import Containers
import Tensors
import Text

/// A file of texts, read row by row, of which everything that is wrong is told together.
struct TextFile {
  let path: String
  let options: TextDataOptions
  /// Columns whose texts go with each row.
  var kept: [String] = []
  /// Whether a text may have nothing in it.
  var takesEmptyTexts = false

  /// The name for messages.
  var name: String { path == "-" ? "standard input" : path }

  /// Calls `body` with every row that can be read.
  ///
  /// - Parameter body: Is told too whether all rows before this one were sound; what comes of a run on
  ///   a file that is not will not be wanted. A `RowError` that it throws is listed with the others.
  /// - Returns: The form of the rows.
  /// - Throws: `ErrorList` with every row that cannot be used, in the order of their lines.
  func forEachRecord(_ body: (TextRecord, Bool) throws -> Void) throws -> TextForm {
    var reader = try TextRecordReader(
      file: name, format: options.format(of: path), form: options.form,
      fields: options.fields?.names ?? [:], source: TextSource.open(path))
    reader.kept = kept
    reader.takesEmptyTexts = takesEmptyTexts
    var problems: [RowError] = []
    while let record = try reader.next() {
      try Interruption.check()
      do {
        try body(record, problems.isEmpty && reader.isSound)
      } catch var error as RowError {
        error.file = name
        problems.append(error)
      }
    }
    guard problems.isEmpty, reader.isSound else { throw ErrorList(listed(problems, reader)) }
    try reader.finish()
    return reader.form ?? .text
  }

  /// The first of all problems by their lines, and how many there are besides.
  private func listed(
    _ problems: [RowError], _ reader: TextRecordReader
  ) -> [any ReportableError] {
    let (others, count) = reader.found
    let all: [(line: Int, error: any ReportableError)] =
      problems.map { ($0.line, $0) } + others.map { ($0.line, $0) }
    let total = problems.count + count
    // The line that counts the others is one of those that are shown.
    let limit = TextRecordReader.listedProblems
    let shown = all.sorted { $0.line < $1.line }.prefix(total > limit ? limit - 1 : limit)
    let rest = total - shown.count
    let end = TextDataError(file: name, line: 0, problem: .others(rest))
    return shown.map(\.error) + (rest > 0 ? [end] : [])
  }
}
