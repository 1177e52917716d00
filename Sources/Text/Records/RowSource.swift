import JSON
import OrderedCollections
import Tables
import Tensors

/// The rows of a file as columns, whatever it is written in.
struct RowSource {
  private let file: String
  private var format: TextRecordReader.Format?
  private var lines: LineReader
  private let source: LineReader.Source
  private var table: TableRows?
  private var array: JSONArrayElements?

  init(file: String, format: TextRecordReader.Format?, source: @escaping LineReader.Source) {
    (self.file, self.format, self.source) = (file, format, source)
    lines = LineReader(limit: TextRecordReader.rowLimit, source: source)
  }

  /// The next row, or what is wrong with it; nil at the end.
  mutating func next() throws -> Result<RecordColumns, TextDataError>? {
    switch try foundFormat() {
    case .csv: return try nextOfTable()
    case .txt: return try wholeText()
    case .jsonl:
      if array != nil { return try nextOfArray() }
      if lines.line == 0, try lines.peek() == UInt8(ascii: "[") {
        array = JSONArrayElements()
        return try nextOfArray()
      }
      return try nextLine()
    }
  }

  private mutating func foundFormat() throws -> TextRecordReader.Format {
    if let format { return format }
    switch try lines.peek() {
    case UInt8(ascii: "{"), UInt8(ascii: "["): format = .jsonl
    default: throw TextDataError(file: file, line: 0, problem: .formatUnknown)
    }
    return .jsonl
  }

  private mutating func nextLine() throws -> Result<RecordColumns, TextDataError>? {
    while let line = try lines.next() {
      switch line {
      case .tooLong: return .failure(problem(.tooLong(limit: TextRecordReader.rowLimit)))
      case .bytes(let bytes):
        guard bytes.contains(where: { !isWhiteSpace($0) }) else { continue }
        return columns(of: bytes, line: lines.line)
      }
    }
    return nil
  }

  private mutating func nextOfArray() throws -> Result<RecordColumns, TextDataError>? {
    guard var elements = array else { return nil }
    defer { array = elements }
    guard let element = try elements.next(from: &lines, file: file) else { return nil }
    return columns(of: element.bytes, line: element.line)
  }

  private func columns(of bytes: [UInt8], line: Int) -> Result<RecordColumns, TextDataError> {
    do throws(JSONFailure) {
      guard let values = try JSONValue(parsing: bytes, spelling: .python).object else {
        return .failure(TextDataError(file: file, line: line, problem: .notAnObject))
      }
      return .success(RecordColumns(file: file, line: line, values: values))
    } catch {
      let column = error.offset + 1
      return .failure(
        TextDataError(
          file: file, line: line, problem: .notJSON(column: column, error.problem.description)))
    }
  }

  private mutating func nextOfTable() throws -> Result<RecordColumns, TextDataError>? {
    var rows = try table ?? TableRows(file: file, source: source)
    defer { table = rows }
    return try rows.next()
  }

  private mutating func wholeText() throws -> Result<RecordColumns, TextDataError>? {
    guard lines.line == 0 else { return nil }
    var (text, isFirst) = ([UInt8](), true)
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else {
        return .failure(problem(.tooLong(limit: TextRecordReader.rowLimit)))
      }
      if !isFirst { text.append(UInt8(ascii: "\n")) }
      isFirst = false
      guard String(validating: bytes, as: UTF8.self) != nil else {
        return .failure(problem(.notUTF8(column: validPrefix(of: bytes) + 1)))
      }
      text += bytes
    }
    guard !isFirst else { return nil }
    let values: OrderedDictionary<ExactString, JSONValue> = [
      ExactString("text"): .string(String(decoding: text, as: UTF8.self))
    ]
    return .success(RecordColumns(file: file, line: 1, values: values))
  }

  private func problem(_ problem: TextDataError.Problem) -> TextDataError {
    TextDataError(file: file, line: lines.line, problem: problem)
  }
}

/// How many bytes are UTF-8 before the first that is not.
private func validPrefix(of bytes: [UInt8]) -> Int {
  var (decoder, iterator, count) = (UTF8(), bytes.makeIterator(), 0)
  while case .scalarValue(let scalar) = decoder.decode(&iterator) {
    count += UTF8.width(scalar)
  }
  return count
}

/// The rows of a CSV file, by the names in its first record.
private struct TableRows {
  private var reader: CSVReader
  private let names: [String]

  init(file: String, source: @escaping LineReader.Source) throws {
    reader = CSVReader(file: file, source: source)
    guard try reader.next() else { throw TextDataError(file: file, line: 0, problem: .noRows) }
    names = reader.fields.indices.map { [reader] in reader.text($0) }
    var seen: Set<ExactString> = []
    for name in names where !seen.insert(ExactString(name)).inserted {
      throw TableError(file: file, line: reader.line, column: name, .duplicateColumn)
    }
  }

  mutating func next() throws -> Result<RecordColumns, TextDataError>? {
    guard try reader.next() else { return nil }
    guard reader.fields.count == names.count else {
      return .failure(
        TextDataError(
          file: reader.file, line: reader.line,
          problem: .fieldCount(found: reader.fields.count, expected: names.count)))
    }
    var values: OrderedDictionary<ExactString, JSONValue> = [:]
    for (index, name) in names.enumerated() {
      values[ExactString(name)] = .string(reader.text(index))
    }
    return .success(RecordColumns(file: reader.file, line: reader.line, values: values))
  }
}
