private let quote = UInt8(ascii: "\"")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")

extension CSVReader {
  /// Steps over a comment.
  mutating func skipLine() throws {
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
  mutating func takeSimpleRecord() -> Bool {
    fields.removeAll(keepingCapacity: true)
    let end = simpleRecord(
      bytes, position..<min(readable, position + Self.fieldLimit), delimiter ?? 0, &fields)
    guard let end, fields.count <= Self.columnLimit else { return false }
    position = end + 1
    nextLine += 1
    return true
  }

  mutating func readRecord() throws {
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
    } while try position == readable && extend()
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
