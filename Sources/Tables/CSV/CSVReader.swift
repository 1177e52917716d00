import Tensors

/// The records of a CSV file, one after the other, each with its physical line number.
///
/// 1. The bytes are UTF-8; a byte order mark is dropped, a NUL refused.
/// 2. A record is fields with a delimiter between each two; it ends at LF, CRLF or CR.
/// 3. A field that begins with a quote ends at the next quote that is not written twice, and may
///    hold delimiters and line ends (RFC 4180). Elsewhere a quote is a character like others.
/// 4. Spaces and tabs around a field do not belong to it.
/// 5. A first line `sep=;`, as Excel reads and writes it, says the delimiter and is no record.
/// 6. A line with nothing on it but spaces is skipped, and counted; so is one that begins with the
///    comment character, if there is one.
///
/// Memory is one record and one piece of the source. Limits: a field 1 MiB, a record 16 MiB, 65,536
/// columns.
package struct CSVReader {
  /// The name that errors begin with.
  package let file: String
  /// The line that the current record begins on, from 1.
  package private(set) var line = 0
  /// Where the fields of the current record lie in `bytes`, trimmed and without quotes.
  package internal(set) var fields: [Range<Int>] = []
  /// What was read of the file and is still in use.
  package internal(set) var bytes: [UInt8] = []
  /// The byte between fields; found out from the first record unless it was given.
  package private(set) var delimiter: UInt8?

  /// Lines that begin with it are comments.
  package let comment: UInt8?
  /// What stands for the point of numbers, which hardly stands between fields as well.
  package var decimal = UInt8(ascii: ".")
  let source: (inout [UInt8]) throws -> Int
  /// How large the file is, where that is known.
  package var expectedSize: Int?
  var sourceEnded = false
  var validator = UTF8Validator()
  /// The bytes before this index are validated and may be read.
  var readable = 0
  var position = 0
  var recordStart = 0
  var nextLine = 1
  /// Bytes that are tried as plain records at once: many while they are, few after one that is not.
  var trial = 1 << 16

  /// A reader at the first record.
  ///
  /// - Parameters:
  ///   - file: The name for errors.
  ///   - delimiter: The byte between fields, or nil for the first of comma, semicolon, tab and bar
  ///     that occurs in the first record; where numbers have
  ///     a decimal comma, the comma comes last.
  ///   - comment: What comment lines begin with, if there are any.
  ///   - source: Adds the next bytes of the file, and says how many; 0 at its end.
  package init(
    file: String, delimiter: UInt8? = nil, comment: UInt8? = nil,
    source: @escaping (inout [UInt8]) throws -> Int
  ) {
    (self.file, self.delimiter, self.comment, self.source) = (file, delimiter, comment, source)
  }

  static let fieldLimit = 1 << 20
  static let recordLimit = 16 << 20
  static let columnLimit = 65_536

  /// Reads the next record into `fields`; false at the end of the file.
  package mutating func next() throws -> Bool {
    if line == 0 {
      try skipByteOrderMark()
      if let said = try takeDelimiterLine() { delimiter = delimiter ?? said }
    }
    repeat {
      recordStart = position
      guard try hasByte() else { return false }
      line = nextLine
      if bytes[position] == comment {
        try skipLine()
        fields = [0..<0]
        continue
      }
      if delimiter == nil { delimiter = try detectedDelimiter() }
      if !takeSimpleRecord() { try readRecord() }
    } while isBlank
    return true
  }

  /// The text of a field of the current record.
  package func text(_ field: Int) -> String {
    String(decoding: bytes[fields[field]], as: UTF8.self)
  }

  /// An error on the current record.
  func error(_ reason: TableError.Reason, column: String? = nil) -> TableError {
    TableError(file: file, line: line, column: column, reason)
  }

  private var isBlank: Bool { fields.count == 1 && fields[0].isEmpty }
}
