extension JSONLexer {
  /// The character that the escape at `index` stands for, and the bytes that it takes.
  package func escape(at index: Int) throws(JSONFailure) -> (scalar: Unicode.Scalar, length: Int) {
    guard index + 1 < end else { throw JSONFailure(at: end, .unexpectedEnd) }
    if bytes[index + 1] == UInt8(ascii: "u") { return try unicodeEscape(at: index) }
    guard let byte = simpleEscape(bytes[index + 1]) else {
      throw JSONFailure(at: index, .badEscape)
    }
    return (Unicode.Scalar(byte), 2)
  }

  /// The scalar of the `\uXXXX` at `index`, or of the surrogate pair of two such.
  private func unicodeEscape(
    at index: Int
  ) throws(JSONFailure) -> (scalar: Unicode.Scalar, length: Int) {
    let first = try codeUnit(at: index)
    if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
    guard first < 0xDC00, index + 7 < end, bytes[index + 6] == UInt8(ascii: "\\"),
      bytes[index + 7] == UInt8(ascii: "u")
    else { throw JSONFailure(at: index, .loneSurrogate) }
    let second = try codeUnit(at: index + 6)
    guard second >= 0xDC00, second < 0xE000,
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else { throw JSONFailure(at: index, .loneSurrogate) }
    return (scalar, 12)
  }

  private func codeUnit(at index: Int) throws(JSONFailure) -> UInt32 {
    guard index + 6 <= end else { throw JSONFailure(at: index, .badEscape) }
    var unit: UInt32 = 0
    for place in (index + 2)..<(index + 6) {
      guard let digit = hexadecimalDigit(bytes[place]) else {
        throw JSONFailure(at: index, .badEscape)
      }
      unit = unit << 4 | digit
    }
    return unit
  }
}

private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
  default: nil
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
