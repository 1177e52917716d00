extension JSONLexer {
  /// A string token: where its content lies, and whether it has escapes.
  struct RawString {
    var content: Range<Int>
    var hasEscapes: Bool
  }

  /// Reads a string, checking it without building it.
  mutating func rawString() throws(JSONFailure) -> RawString {
    try expect(UInt8(ascii: "\""), "a string")
    let start = position
    var (hasEscapes, isASCII) = (false, true)
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let content = start..<position
        if !isASCII { try checkUTF8(content) }
        if hasEscapes { _ = try unescaped(content) }
        position += 1
        return RawString(content: content, hasEscapes: hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position += 1
      } else if byte < 0x20 {
        throw JSONFailure(at: position, .controlCharacter(byte))
      } else if byte >= 0x80 {
        isASCII = false
      }
      position += 1
    }
    throw JSONFailure(at: end, .unexpectedEnd)
  }

  /// Reads a string and gives its text.
  mutating func string() throws(JSONFailure) -> String {
    text(try rawString())
  }

  /// The text of a string that was read.
  func text(_ string: RawString) -> String {
    guard !string.hasEscapes else { return String(decoding: decoded(string), as: UTF8.self) }
    guard let valid = try? UTF8Span(validating: bytes.span.extracting(string.content)) else {
      return ""  // Not reached: what was read was checked.
    }
    return String(copying: valid)
  }

  /// The bytes of a string that was read, escapes resolved.
  func decoded(_ string: RawString) -> [UInt8] {
    guard string.hasEscapes, let bytes = try? unescaped(string.content) else {
      return Array(bytes[string.content])
    }
    return bytes
  }

  private func checkUTF8(_ content: Range<Int>) throws(JSONFailure) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span.extracting(content))
    } catch {
      throw JSONFailure(at: content.lowerBound + error.byteOffsets.lowerBound, .notUTF8)
    }
  }

  private func unescaped(_ content: Range<Int>) throws(JSONFailure) -> [UInt8] {
    var result: [UInt8] = []
    var index = content.lowerBound
    while index < content.upperBound {
      guard bytes[index] == UInt8(ascii: "\\") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      guard index + 1 < content.upperBound else { throw JSONFailure(at: index, .badEscape) }
      if bytes[index + 1] == UInt8(ascii: "u") {
        let (scalar, length) = try scalar(at: index, before: content.upperBound)
        result.append(contentsOf: String(scalar).utf8)
        index += length
      } else {
        guard let byte = simpleEscape(bytes[index + 1]) else {
          throw JSONFailure(at: index, .badEscape)
        }
        result.append(byte)
        index += 2
      }
    }
    return result
  }

  /// The scalar of the `\uXXXX` at `index`, or of the surrogate pair of two such.
  private func scalar(at index: Int, before limit: Int) throws(JSONFailure) -> (
    scalar: Unicode.Scalar, length: Int
  ) {
    let first = try codeUnit(at: index, before: limit)
    if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
    guard first < 0xDC00, index + 7 < limit, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u")
    else { throw JSONFailure(at: index, .loneSurrogate) }
    let second = UInt32(try codeUnit(at: index + 6, before: limit))
    guard second >= 0xDC00, second < 0xE000,
      let scalar = Unicode.Scalar(0x10000 + ((UInt32(first) - 0xD800) << 10) + (second - 0xDC00))
    else { throw JSONFailure(at: index, .loneSurrogate) }
    return (scalar, 12)
  }

  private func codeUnit(at index: Int, before limit: Int) throws(JSONFailure) -> UInt16 {
    guard index + 6 <= limit else { throw JSONFailure(at: index, .badEscape) }
    var unit: UInt16 = 0
    for byte in bytes[(index + 2)..<(index + 6)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw JSONFailure(at: index, .badEscape)
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}

private func simpleEscape(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
  case UInt8(ascii: "b"): 0x08
  case UInt8(ascii: "f"): 0x0C
  case UInt8(ascii: "n"): 0x0A
  case UInt8(ascii: "r"): 0x0D
  case UInt8(ascii: "t"): 0x09
  default: nil
  }
}
