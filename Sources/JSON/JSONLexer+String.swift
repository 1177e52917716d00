extension JSONLexer {
  /// A string token: where its content lies, and whether it has escapes.
  package struct RawString {
    package var content: Range<Int>
    package var hasEscapes: Bool
  }

  /// Reads a string, checking it without building it.
  package mutating func rawString() throws(JSONFailure) -> RawString {
    try expect(UInt8(ascii: "\""), "a string")
    let start = position
    var (hasEscapes, isASCII) = (false, true)
    while position < end {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let content = start..<position
        if !isASCII { try checkUTF8(content) }
        position += 1
        return RawString(content: content, hasEscapes: hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position += try escape(at: position).length
        continue
      }
      guard byte >= 0x20 else { throw JSONFailure(at: position, .controlCharacter(byte)) }
      if byte >= 0x80 { isASCII = false }
      position += 1
    }
    throw JSONFailure(at: end, .unexpectedEnd)
  }

  /// Reads a string and gives its text.
  package mutating func string() throws(JSONFailure) -> String {
    text(try rawString())
  }

  /// The text of a string that was read.
  package func text(_ string: RawString) -> String {
    guard !string.hasEscapes else { return String(decoding: decoded(string), as: UTF8.self) }
    guard let valid = try? UTF8Span(validating: bytes.span.extracting(string.content)) else {
      return ""  // Not reached: what was read was checked.
    }
    return String(copying: valid)
  }

  /// The bytes of a string that was read, escapes resolved.
  package func decoded(_ string: RawString) -> [UInt8] {
    guard string.hasEscapes else { return Array(bytes[string.content]) }
    var result: [UInt8] = []
    result.reserveCapacity(string.content.count)
    var index = string.content.lowerBound
    while index < string.content.upperBound {
      guard bytes[index] == UInt8(ascii: "\\"), let (scalar, length) = try? escape(at: index) else {
        result.append(bytes[index])
        index += 1
        continue
      }
      if scalar.value < 0x80 {
        result.append(UInt8(scalar.value))
      } else {
        result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
      index += length
    }
    return result
  }

  /// Whether two strings that were read have the same bytes, escapes resolved.
  package func areEqual(_ left: RawString, _ right: RawString) -> Bool {
    guard !left.hasEscapes, !right.hasEscapes else { return decoded(left) == decoded(right) }
    guard left.content.count == right.content.count else { return false }
    return zip(left.content, right.content).allSatisfy { bytes[$0] == bytes[$1] }
  }

  /// The hash of a string that was read, escapes resolved.
  package func hash(_ string: RawString) -> UInt32 {
    guard string.hasEscapes else {
      return bytes.withBytes { KeyTable.hash($0.extracting(string.content)) }
    }
    return decoded(string).withBytes { KeyTable.hash($0) }
  }

  /// Whether a string that was read is exactly `word`.
  package func matches(_ string: RawString, _ word: [UInt8]) -> Bool {
    guard !string.hasEscapes else { return decoded(string) == word }
    guard string.content.count == word.count else { return false }
    var index = string.content.lowerBound
    for byte in word {
      guard bytes[index] == byte else { return false }
      index += 1
    }
    return true
  }

  private func checkUTF8(_ content: Range<Int>) throws(JSONFailure) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span.extracting(content))
    } catch {
      throw JSONFailure(at: content.lowerBound + error.byteOffsets.lowerBound, .notUTF8)
    }
  }
}
