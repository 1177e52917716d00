/// Why text is not the JSON it should be (RFC 8259, with every key once).
package enum JSONProblem: Equatable, Sendable, CustomStringConvertible {
  case unexpectedEnd
  case unexpectedByte(UInt8, expected: String)
  case byteOrderMark
  case notUTF8
  case controlCharacter(UInt8)
  case badEscape
  case loneSurrogate
  case badNumber
  /// Python's `NaN`, `Infinity` and `-Infinity`, which are not JSON.
  case nonFiniteNumber
  case duplicateKey(String)
  case tooManyKeys(limit: Int)
  case tooDeep(limit: Int)
  case trailingText
  case wrongType(key: String, expected: String)

  package var description: String {
    switch self {
    case .unexpectedEnd: "the JSON ends too early; the file is cut short or damaged"
    case .unexpectedByte(let byte, let expected):
      "\(expected) is expected, and \(shown(byte)) is found; it is not valid JSON"
    case .byteOrderMark: "begins with a byte order mark; save it as UTF-8 without one"
    case .notUTF8: "is not valid UTF-8; the file is damaged or in another encoding"
    case .controlCharacter(let byte):
      "a string holds the control character \(shown(byte)); it must be escaped"
    case .badEscape: "an escape that JSON does not have; write it as \\\\ or \\uXXXX"
    case .loneSurrogate: "half of a surrogate pair stands alone; it is not a character"
    case .badNumber: "is not a number as JSON writes it"
    case .nonFiniteNumber: "NaN and Infinity are not JSON; give a finite number"
    case .duplicateKey(let key): "the key \"\(escapedKey(key))\" is there twice; remove one"
    case .tooManyKeys(let limit): "an object has more than \(limit) keys; it cannot be real"
    case .tooDeep(let limit): "is nested more than \(limit) levels deep; it cannot be real"
    case .trailingText: "more text follows the end of the JSON; remove it"
    case .wrongType(let key, let expected):
      "\"\(escapedKey(key))\" must be \(expected); correct it"
    }
  }
}

/// A JSON problem and the byte of the text where it is.
package struct JSONFailure: Error, Equatable {
  package var offset: Int
  package var problem: JSONProblem

  package init(at offset: Int, _ problem: JSONProblem) {
    self.offset = offset
    self.problem = problem
  }
}
