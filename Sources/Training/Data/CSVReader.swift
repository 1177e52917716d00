import Kernels
import Synchronization
import Tensors

/// The records of a CSV file, one after the other, each with its physical line number.
///
/// 1. The bytes are UTF-8; a byte order mark is dropped, a NUL refused.
/// 2. A record is fields with a delimiter between each two; it ends at LF, CRLF or CR.
/// 3. A field that begins with a quote ends at the next quote that is not written twice, and may
///    hold delimiters and line ends (RFC 4180). Elsewhere a quote is a character like others.
/// 4. Spaces and tabs around a field do not belong to it.
/// 5. A line with nothing on it but spaces is skipped, and counted; so is one that begins with the
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
  package private(set) var fields: [Range<Int>] = []
  /// What was read of the file and is still in use.
  package private(set) var bytes: [UInt8] = []
  /// The byte between fields; found out from the first record unless it was given.
  package private(set) var delimiter: UInt8?

  /// Lines that begin with it are comments.
  package let comment: UInt8?
  private let source: (inout [UInt8]) throws -> Int
  private var sourceEnded = false
  private var validator = UTF8Validator()
  /// The bytes before this index are validated and may be read.
  private var readable = 0
  private var position = 0
  private var recordStart = 0
  private var nextLine = 1
  /// Bytes that are tried as plain records at once: many while they are, few after one that is not.
  private var trial = 1 << 16

  /// A reader at the first record.
  ///
  /// - Parameters:
  ///   - file: The name for errors.
  ///   - delimiter: The byte between fields, or nil for the first of comma, semicolon, tab and bar
  ///     that occurs in the first record.
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
    if line == 0 { try skipByteOrderMark() }
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

private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

extension CSVReader {
  /// Takes the plain records among the bytes at hand, the current record's successors, on several
  /// threads; `body` gets them in order, with the bytes they lie in and the line they begin on.
  ///
  /// What it leaves is for `next`, and after that this may be called again.
  package mutating func takePlainRecords<Scalar: DenseScalar>(
    _ layout: RecordLayout, _ workers: Workers,
    _ body: (PlainRecords<Scalar>, [UInt8], Int) throws -> Void
  ) throws {
    while position < readable {
      var end = min(readable, position + trial)
      while end > position, bytes[end - 1] != lineFeed { end -= 1 }
      guard end > position else { return }
      let parts = lineParts(of: position..<end, workers.count)
      let found = Mutex([PlainRecords<Scalar>?](repeating: nil, count: parts.count))
      let bytes = bytes
      workers.run(parts.count) { part in
        let records: PlainRecords<Scalar> = takeRecords(bytes, in: parts[part], layout)
        found.withLock { $0[part] = records }
      }
      for (part, records) in zip(parts, found.withLock({ $0 })) {
        guard let records else { break }
        try body(records, bytes, nextLine)
        position += records.byteCount
        nextLine += records.lineCount
        if records.byteCount < part.count {
          trial = max(1 << 12, trial / 4)
          return
        }
      }
      trial = min(1 << 30, trial * 4)
    }
  }

  /// Cuts `range` after line feeds into parts for `count` threads, each worth one.
  private func lineParts(of range: Range<Int>, _ count: Int) -> [Range<Int>] {
    let size = max(1 << 16, (range.count + count - 1) / count)
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      var end = min(range.upperBound, start + size)
      while end < range.upperBound, bytes[end - 1] != lineFeed { end += 1 }
      parts.append(start..<end)
      start = end
    }
    return parts
  }

  private mutating func skipLine() throws {
    while try hasByte(), bytes[position] != lineFeed, bytes[position] != carriageReturn {
      position += 1
      recordStart = position
    }
    guard try hasByte() else { return }
    _ = try takeDelimiter(lineFeed)
  }

  /// Takes a record that lies in `bytes` whole and has no quotes; false, and nothing is taken, for any
  /// other.
  ///
  /// It finds what `readRecord` would: nearly all records are of this kind, and one loop reads them.
  private mutating func takeSimpleRecord() -> Bool {
    fields.removeAll(keepingCapacity: true)
    let end = simpleRecord(
      bytes, position..<min(readable, position + Self.fieldLimit), delimiter ?? 0, &fields)
    guard let end, fields.count <= Self.columnLimit else { return false }
    position = end + 1
    nextLine += 1
    return true
  }

  private mutating func readRecord() throws {
    fields.removeAll(keepingCapacity: true)
    let delimiter = delimiter ?? UInt8(ascii: ",")
    repeat {
      guard fields.count < Self.columnLimit else {
        throw error(.tooManyColumns(limit: Self.columnLimit))
      }
      if try hasByte(), bytes[position] == quote {
        try readQuoted(delimiter)
      } else {
        try readPlain(delimiter)
      }
    } while try takeDelimiter(delimiter)
    // Refilling moves the record to the front, so ranges are kept relative to it until here.
    for index in fields.indices {
      let field = fields[index]
      fields[index] = field.lowerBound + recordStart..<field.upperBound + recordStart
    }
  }

  private mutating func readPlain(_ delimiter: UInt8) throws {
    let start = position - recordStart
    repeat {
      position = endOfPlain(bytes.span, position, readable, delimiter)
      try checkLimits(fieldStart: start)
    } while try position == readable && refill()
    append(start..<position - recordStart)
  }

  /// Reads a quoted field; doubled quotes are made single in place, which only moves bytes back.
  private mutating func readQuoted(_ delimiter: UInt8) throws {
    position += 1
    let opening = nextLine
    let start = position - recordStart
    var end = start
    while true {
      guard try hasByte() else { throw TableError(file: file, line: opening, .unterminatedQuote) }
      let byte = bytes[position]
      position += 1
      if byte == quote {
        guard try hasByte(), bytes[position] == quote else { break }
        position += 1
      } else if byte == lineFeed {
        nextLine += 1
      } else if byte == carriageReturn, try !hasByte() || bytes[position] != lineFeed {
        nextLine += 1
      }
      bytes[recordStart + end] = byte
      end += 1
      try checkLimits(fieldStart: start)
    }
    if try hasByte(), !isEnd(bytes[position], delimiter) {
      throw TableError(file: file, line: nextLine, .textAfterQuote)
    }
    append(start..<end)
  }

  /// Steps over what ended a field: true after a delimiter, false at the end of the record.
  private mutating func takeDelimiter(_ delimiter: UInt8) throws -> Bool {
    guard try hasByte() else { return false }
    let byte = bytes[position]
    position += 1
    if byte == delimiter, byte != lineFeed { return true }
    nextLine += 1
    if byte == carriageReturn, try hasByte(), bytes[position] == lineFeed { position += 1 }
    return false
  }

  /// Adds a field, relative to the record's start, without the blanks around it.
  private mutating func append(_ field: Range<Int>) {
    var (start, end) = (field.lowerBound, field.upperBound)
    while start < end, isSpace(bytes[recordStart + start]) { start += 1 }
    while start < end, isSpace(bytes[recordStart + end - 1]) { end -= 1 }
    fields.append(start..<end)
  }

  private func checkLimits(fieldStart: Int) throws(TableError) {
    let length = position - recordStart
    if length - fieldStart > Self.fieldLimit { throw error(.fieldTooLong(limit: Self.fieldLimit)) }
    if length > Self.recordLimit { throw error(.recordTooLong(limit: Self.recordLimit)) }
  }

  /// Whether there is a byte at `position`, reading on where necessary.
  private mutating func hasByte() throws -> Bool {
    while position == readable {
      guard try refill() else { return false }
    }
    return true
  }

  /// Makes more bytes readable, giving up what lies before the record; false at the file's end.
  private mutating func refill() throws -> Bool {
    guard !sourceEnded else { return false }
    bytes.removeFirst(recordStart)
    position -= recordStart
    readable -= recordStart
    recordStart = 0
    if try source(&bytes) == 0 { sourceEnded = true }
    try validate()
    return readable > position || !sourceEnded
  }

  private mutating func validate() throws(TableError) {
    if isASCIIText(bytes, in: readable..<bytes.count) {
      validator.pass(bytes.count - readable)
      readable = bytes.count
      return
    }
    let bytes = bytes
    switch validator.advance(over: bytes.span.extracting(readable...), isLast: sourceEnded) {
    case .valid(let count): readable += count
    case .invalid(let byte): throw TableError(file: file, .notUTF8(byte: byte))
    case .nul(let byte): throw TableError(file: file, .nulByte(byte: byte))
    }
  }

  private mutating func skipByteOrderMark() throws {
    while try readable < 3 && refill() {}
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The first of the usual delimiters, most usual first, that the first record holds unquoted.
  private mutating func detectedDelimiter() throws -> UInt8 {
    let candidates = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
    var (seen, index, quoted) = (Set<UInt8>(), position - recordStart, false)
    while true {
      if recordStart + index == readable {
        guard index <= Self.recordLimit, try refill() else { break }
        continue
      }
      let byte = bytes[recordStart + index]
      if byte == quote { quoted.toggle() }
      if !quoted, byte == lineFeed || byte == carriageReturn { break }
      if !quoted { seen.insert(byte) }
      index += 1
    }
    return candidates.first(where: seen.contains) ?? candidates[0]
  }
}

/// The first index from `start` on that ends an unquoted field, or `end`.
private func endOfPlain(
  _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ delimiter: UInt8
) -> Int {
  var index = start
  while index < end, !isEnd(bytes[index], delimiter) { index += 1 }
  return index
}

/// Finds the fields of an unquoted record at the front of `range`, trimmed, and the line feed at its
/// end; nil when there is a quote, a carriage return, or no line feed.
private func simpleRecord(
  _ bytes: [UInt8], _ range: Range<Int>, _ delimiter: UInt8, _ fields: inout [Range<Int>]
) -> Int? {
  let text = bytes.span
  var start = range.lowerBound
  for index in range {
    let byte = text[index]
    // Letters, digits and most else are above; the delimiter may be.
    guard byte <= quote || byte == delimiter else { continue }
    if byte == quote || byte == carriageReturn { return nil }
    guard byte == delimiter || byte == lineFeed else { continue }
    var (first, last) = (start, index)
    while first < last, isSpace(text[first]) { first += 1 }
    while first < last, isSpace(text[last - 1]) { last -= 1 }
    fields.append(first..<last)
    if byte == lineFeed { return index }
    start = index + 1
  }
  return nil
}

private func isEnd(_ byte: UInt8, _ delimiter: UInt8) -> Bool {
  byte == delimiter || byte == lineFeed || byte == carriageReturn
}

private func isSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
