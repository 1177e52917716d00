/// Reads the words between braces.
struct TemplateLexer {
  let bytes: [UInt8]
  var place: Int
  var line: Int
  let file: String

  /// The words up to `closing`, with an end behind them, and the sign before `closing` if any.
  mutating func tokens(
    until closing: [UInt8]
  ) throws(TemplateError) -> (tokens: [TemplateToken], sign: UInt8) {
    let begin = line
    var tokens: [TemplateToken] = []
    var depth = 0
    while true {
      skipBlanks()
      guard place < bytes.count else {
        let braces = String(decoding: closing, as: UTF8.self)
        throw .notUnderstood(file: file, line: begin, problem: "\"\(braces)\" is missing")
      }
      if depth == 0, let sign = takeClosing(closing) {
        tokens.append(TemplateToken(line: line, kind: .end))
        return (tokens, sign)
      }
      let token = try next()
      switch token.kind {
      case .symbol("("), .symbol("["), .symbol("{"): depth += 1
      case .symbol(")"), .symbol("]"), .symbol("}"): depth = max(depth - 1, 0)
      default: break
      }
      tokens.append(token)
    }
  }

  private mutating func skipBlanks() {
    while place < bytes.count, isWhiteSpace(bytes[place]) {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      place += 1
    }
  }

  private mutating func takeClosing(_ closing: [UInt8]) -> UInt8? {
    var begin = place
    var sign: UInt8 = 0
    if bytes[begin] == UInt8(ascii: "-")
      || (bytes[begin] == UInt8(ascii: "+") && closing[0] == UInt8(ascii: "%"))
    {
      sign = bytes[begin]
      begin += 1
    }
    guard bytes[begin...].starts(with: closing) else { return nil }
    place = begin + closing.count
    return sign
  }

  private mutating func next() throws(TemplateError) -> TemplateToken {
    let byte = bytes[place]
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return try string(quote: byte)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case _ where isNameByte(byte): return name()
    default: return try symbol()
    }
  }

  private mutating func name() -> TemplateToken {
    let begin = place
    while place < bytes.count, isNameByte(bytes[place]) { place += 1 }
    return token(.name(String(decoding: bytes[begin..<place], as: UTF8.self)))
  }

  private mutating func number() throws(TemplateError) -> TemplateToken {
    let begin = place
    var isWhole = true
    takeDigits()
    if place + 1 < bytes.count, bytes[place] == UInt8(ascii: "."), isDigit(bytes[place + 1]) {
      isWhole = false
      place += 1
      takeDigits()
    }
    if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      place += 1
      if place < bytes.count, bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+")
      {
        place += 1
      }
      takeDigits()
    }
    let text = String(
      decoding: bytes[begin..<place].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    if isWhole, let value = Int(text) { return token(.int(value)) }
    if !isWhole, let value = Double(text), value.isFinite { return token(.float(value)) }
    throw .notUnderstood(file: file, line: line, problem: "\"\(text)\" is not a number here")
  }

  private mutating func takeDigits() {
    while place < bytes.count, isDigit(bytes[place]) || bytes[place] == UInt8(ascii: "_") {
      place += 1
    }
  }

  private mutating func string(quote: UInt8) throws(TemplateError) -> TemplateToken {
    let begin = line
    var content: [UInt8] = []
    place += 1
    while place < bytes.count, bytes[place] != quote {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count {
        try escape(into: &content)
      } else {
        content.append(bytes[place])
        place += 1
      }
    }
    guard place < bytes.count else {
      throw .notUnderstood(file: file, line: begin, problem: "a string has no end")
    }
    place += 1
    return TemplateToken(line: begin, kind: .string(String(decoding: content, as: UTF8.self)))
  }

  /// Python's escapes; what it does not know stays as it stands.
  private mutating func escape(into content: inout [UInt8]) throws(TemplateError) {
    let byte = bytes[place + 1]
    place += 2
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D,
      UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "v"): 0x0B,
      UInt8(ascii: "a"): 0x07, UInt8(ascii: "0"): 0x00, UInt8(ascii: "\\"): 0x5C,
      UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22,
    ]
    let digits = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8]
    if let value = simple[byte] {
      content.append(value)
    } else if byte == UInt8(ascii: "\n") {
      line += 1
    } else if let count = digits[byte] {
      let text = String(decoding: bytes[place..<min(place + count, bytes.count)], as: UTF8.self)
      guard text.utf8.count == count, let value = UInt32(text, radix: 16),
        let scalar = Unicode.Scalar(value)
      else {
        throw .notUnderstood(
          file: file, line: line,
          problem: "\"\\\(Character(Unicode.Scalar(byte)))\(text)\" is no character")
      }
      place += count
      content += Array(String(Character(scalar)).utf8)
    } else {
      content += [UInt8(ascii: "\\"), byte]
    }
  }

  private mutating func symbol() throws(TemplateError) -> TemplateToken {
    for length in [2, 1] where place + length <= bytes.count {
      let text = String(decoding: bytes[place..<place + length], as: UTF8.self)
      guard Self.symbols.contains(text) else { continue }
      place += length
      return token(.symbol(text))
    }
    let rest = String(decoding: bytes[place...].prefix(4), as: UTF8.self).unicodeScalars.prefix(1)
    throw .notUnderstood(file: file, line: line, problem: "\"\(String(rest))\" has no meaning here")
  }

  private static let symbols: Set<String> = [
    "==", "!=", "<=", ">=", "//", "**", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[",
    "]", "{", "}", ",", ":", ".", "|",
  ]

  private func token(_ kind: TemplateToken.Kind) -> TemplateToken {
    TemplateToken(line: line, kind: kind)
  }
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func isNameByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}
