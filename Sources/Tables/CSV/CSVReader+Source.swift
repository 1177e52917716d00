import Kernels

extension CSVReader {
  /// Whether there is a byte at `position`, reading on where necessary.
  mutating func hasByte() throws -> Bool {
    while position == readable {
      guard try extend() else { return false }
    }
    return true
  }

  /// Makes more bytes readable; false at the file's end.
  mutating func extend() throws -> Bool {
    let before = readable
    // Plain records are taken unvalidated: they hold nothing but ASCII.
    if readable < bytes.count { try validate() }
    return try readable > before || refill()
  }

  /// Reads more bytes, giving up what lies before the record; false at the file's end.
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

  mutating func skipByteOrderMark() throws {
    while try readable < 3 && extend() {}
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Takes a first line `sep=` and one character, which it returns; nil, and nothing is taken, for any
  /// other.
  mutating func takeDelimiterLine() throws -> UInt8? {
    while try readable < position + 7 && extend() {}
    let line = Array(bytes[position..<min(readable, position + 7)])
    guard line.count >= 6, line.starts(with: Array("sep=".utf8)), line[4] < 0x80,
      line[5] == UInt8(ascii: "\n") || line[5] == UInt8(ascii: "\r")
    else { return nil }
    let isPair = line.count == 7 && line[5] == UInt8(ascii: "\r") && line[6] == UInt8(ascii: "\n")
    position += isPair ? 7 : 6
    nextLine += 1
    return line[4]
  }

  /// The first of the usual delimiters, most usual first, that the first record holds unquoted.
  mutating func detectedDelimiter() throws -> UInt8 {
    var candidates = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
    if decimal == candidates[0] { candidates.append(candidates.removeFirst()) }
    var (seen, index, quoted) = (Set<UInt8>(), position - recordStart, false)
    while true {
      if recordStart + index == readable {
        guard index <= Self.recordLimit, try extend() else { break }
        continue
      }
      let byte = bytes[recordStart + index]
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      if !quoted, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
      if !quoted { seen.insert(byte) }
      index += 1
    }
    return candidates.first(where: seen.contains) ?? candidates[0]
  }
}
