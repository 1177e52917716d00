import Tensors

/// The tokens of JSON text, one after the other; no recursion, and no memory but for strings.
package struct JSONLexer {
  package let bytes: [UInt8]
  /// One past the last byte to read.
  package let end: Int
  package var position = 0
  private let spelling: JSONSpelling

  package init(_ bytes: [UInt8], spelling: JSONSpelling = .standard) {
    self.bytes = bytes
    self.spelling = spelling
    end = bytes.count
  }

  /// The next byte that is not white space, which stays unread; nil at the end.
  package mutating func next() -> UInt8? {
    while position < end {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        position += 1
      default: return byte
      }
    }
    return nil
  }

  /// Reads `byte`, after white space.
  package mutating func expect(
    _ byte: UInt8, _ expected: @autoclosure () -> String
  ) throws(JSONFailure) {
    guard next() == byte else { throw unexpected(expected()) }
    position += 1
  }

  /// Reads `byte` when it comes next, and says so.
  package mutating func take(_ byte: UInt8) -> Bool {
    guard next() == byte else { return false }
    position += 1
    return true
  }

  /// Reads a comma (true) or `close` (false), after a member of an object or array.
  package mutating func takeComma(orClose close: UInt8) throws(JSONFailure) -> Bool {
    if take(UInt8(ascii: ",")) { return true }
    try expect(close, "a comma or \"\(Character(Unicode.Scalar(close)))\"")
    return false
  }

  /// The failure for what stands here instead of `expected`.
  package mutating func unexpected(_ expected: String) -> JSONFailure {
    guard let byte = next() else { return JSONFailure(at: end, .unexpectedEnd) }
    return JSONFailure(at: position, .unexpectedByte(byte, expected: expected))
  }

  /// Reads `word`, as `true`, `false` and `null`.
  package mutating func literal(_ word: String) throws(JSONFailure) {
    let start = position
    for byte in word.utf8 {
      guard position < end else { throw JSONFailure(at: end, .unexpectedEnd) }
      guard bytes[position] == byte else {
        position = start
        throw unexpected("a value")
      }
      position += 1
    }
  }

  /// Throws unless only white space is left.
  package mutating func finish() throws(JSONFailure) {
    guard next() == nil else { throw JSONFailure(at: position, .trailingText) }
  }

  /// Reads a number and gives the range of its text.
  ///
  ///     number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ e [ sign ] 1*digit ]
  package mutating func number() throws(JSONFailure) -> Range<Int> {
    _ = next()
    let start = position
    skip(UInt8(ascii: "-"))
    if position < end, bytes[position] == UInt8(ascii: "I") || bytes[position] == UInt8(ascii: "N")
    {
      return try word(from: start)
    }
    if !skip(UInt8(ascii: "0")) { try digits(from: start) }
    if skip(UInt8(ascii: ".")) { try digits(from: start) }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "+")) { skip(UInt8(ascii: "-")) }
      try digits(from: start)
    }
    // "01" and "1x" are no numbers followed by something else.
    if position < end, isWord(bytes[position]) { throw JSONFailure(at: start, .badNumber) }
    return start..<position
  }

  /// Reads `NaN`, `Infinity` or `-Infinity`, where they are numbers.
  private mutating func word(from start: Int) throws(JSONFailure) -> Range<Int> {
    guard spelling == .python, bytes[position] == UInt8(ascii: "I") || position == start else {
      throw JSONFailure(at: start, .nonFiniteNumber)
    }
    try literal(bytes[position] == UInt8(ascii: "I") ? "Infinity" : "NaN")
    return start..<position
  }

  @discardableResult
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard position < end, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func digits(from start: Int) throws(JSONFailure) {
    let first = position
    while position < end, isDigit(bytes[position]) { position += 1 }
    guard position == first else { return }
    guard position < end else { throw JSONFailure(at: end, .unexpectedEnd) }
    throw JSONFailure(at: start, .badNumber)
  }
}

private func isDigit(_ byte: UInt8) -> Bool {
  byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
}

private func isWord(_ byte: UInt8) -> Bool {
  isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
}

/// A byte as a message shows it.
package func shown(_ byte: UInt8) -> String {
  byte > 0x20 && byte < 0x7F
    ? "\"\(escaped(String(Unicode.Scalar(byte))))\"" : "byte 0x" + hexadecimal(byte)
}

/// Two lower-case hexadecimal digits.
package func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}

/// A key from a file made safe to print, and short.
package func escapedKey(_ key: String) -> String {
  key.unicodeScalars.count <= 100
    ? escaped(key) : escaped(String(String.UnicodeScalarView(key.unicodeScalars.prefix(100)))) + "…"
}
