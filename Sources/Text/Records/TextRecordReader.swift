import JSON
import OrderedCollections
import Tables
import Tensors

/// Reads text data row by row: JSON lines, a JSON array, CSV or plain text, in one form throughout.
///
/// Rows that cannot be used are passed over and remembered, so that all of them are reported
/// together, with their lines.
package struct TextRecordReader {
  /// How a file of text data is written.
  package enum Format: String, Sendable, CaseIterable {
    case jsonl
    case csv
    /// The whole file is one text.
    case txt

    /// What a file's name says; gzip's ending does not count.
    package init?(fileName: String) {
      var name = fileName.lowercased()
      if name.hasSuffix(".gz") { name.removeLast(3) }
      switch name.split(separator: ".", omittingEmptySubsequences: false).last {
      case "jsonl", "ndjson", "json": self = .jsonl
      case "csv", "tsv": self = .csv
      case "txt", "text", "md": self = .txt
      default: return nil
      }
    }
  }

  /// Bytes of a row at most.
  package static let rowLimit = 16 << 20
  /// Rows that are named one by one when they cannot be used.
  package static let listedProblems = 20

  package let file: String
  /// The form of the rows: as was asked for, or the first row's.
  package private(set) var form: TextForm?
  /// Columns whose texts go with each row, by their names in the file.
  package var kept: [String] = []
  /// Whether a text may have nothing in it: there is nothing to learn from it, but it has a class.
  package var takesEmptyTexts = false
  /// Rows given so far.
  package private(set) var count = 0
  private var rows: RowSource
  /// The forms' names of columns that are called otherwise in the file, by the names there.
  private let names: [String: String]
  private var problems: [TextDataError] = []
  private var problemCount = 0

  /// - Parameters:
  ///   - file: The name for errors.
  ///   - format: How it is written; nil when the name does not say, and then its first byte must.
  ///   - form: The form that the rows have; nil to find it by looking.
  ///   - fields: What the columns of the form are called in the file, by the form's names.
  ///   - source: Adds the next bytes of the file.
  /// - Throws: `TextDataError` for a field that no form has.
  package init(
    file: String, format: Format?, form: TextForm? = nil, fields: [String: String] = [:],
    source: @escaping LineReader.Source
  ) throws(TextDataError) {
    (self.file, self.form) = (file, form)
    rows = RowSource(file: file, format: format, source: source)
    let known = Set(TextForm.allCases.flatMap { $0.columns.needed + $0.columns.allowed })
    for field in fields.keys.sorted() where !known.contains(field) {
      throw TextDataError(file: file, line: 0, problem: .unknownField(field))
    }
    names = Dictionary(fields.map { ($0.value, $0.key) }) { first, _ in first }
  }

  /// The next row that can be used; nil at the end of the file.
  ///
  /// - Throws: What reading throws; rows that cannot be used are only remembered.
  package mutating func next() throws -> TextRecord? {
    while let row = try rows.next() {
      do throws(TextDataError) {
        var found = try row.get()
        found.takesEmptyTexts = takesEmptyTexts
        let columns = renamed(found)
        let content = try form(of: columns).content(columns)
        let texts = try kept.map { name throws(TextDataError) in try found.written(name) }
        count += 1
        return TextRecord(line: columns.line, content: content, kept: texts)
      } catch {
        remember(error)
      }
    }
    return nil
  }

  /// Whether every row so far could be used.
  package var isSound: Bool { problemCount == 0 }

  /// The first of the rows that could not be used, and how many these are.
  package var found: (problems: [TextDataError], count: Int) { (problems, problemCount) }

  /// Every row that could not be used.
  ///
  /// - Throws: `ErrorList` of the first of them, with how many there are besides; `TextDataError`
  ///   when the file has no rows at all.
  package func finish() throws {
    guard problemCount > 0 else {
      guard count > 0 else { throw TextDataError(file: file, line: 0, problem: .noRows) }
      return
    }
    var errors = problems
    if problemCount > errors.count {
      errors.append(
        TextDataError(file: file, line: 0, problem: .others(problemCount - errors.count)))
    }
    throw ErrorList(errors)
  }

  private mutating func remember(_ problem: TextDataError) {
    problemCount += 1
    if problems.count < Self.listedProblems { problems.append(problem) }
  }

  private func renamed(_ row: RecordColumns) -> RecordColumns {
    guard !names.isEmpty else { return row }
    var values: OrderedDictionary<ExactString, JSONValue> = [:]
    for (name, value) in row.values {
      // A column that has a form's name by chance makes room for the one that was named.
      guard let other = names[name.text] else {
        if !names.values.contains(name.text) { values[name] = value }
        continue
      }
      values[ExactString(other)] = value
    }
    return RecordColumns(
      file: row.file, line: row.line, values: values, takesEmptyTexts: takesEmptyTexts)
  }

  private mutating func form(of row: RecordColumns) throws(TextDataError) -> TextForm {
    let found = TextForm.forms(of: row.names)
    if let form {
      guard found.contains(form) || form == .text && row["text"] != nil else {
        throw row.problem(.otherForm(expected: form, found: found))
      }
      return form
    }
    guard let first = found.first else { throw row.problem(.noForm(found: row.names)) }
    guard found.count == 1 else { throw row.problem(.severalForms(found)) }
    form = first
    return first
  }
}
