/// Cuts a template at its braces, and takes the white space around them as transformers asks Jinja
/// to: `trim_blocks` (the line break behind a tag or comment goes) and `lstrip_blocks` (blanks
/// between the beginning of a line and a tag or comment go), with `-` for all white space there and
/// `+` for none.
///
/// Source: <https://jinja.palletsprojects.com/en/stable/templates/#whitespace-control>.
struct TemplateScanner {
  private let file: String
  private let bytes: [UInt8]
  private var place = 0
  private var line = 1
  /// Whether a line begins at `place`.
  private var startsLine = true
  private var segments: [TemplateSegment] = []

  /// Every segment of `source`.
  static func segments(of source: String, file: String) throws(TemplateError) -> [TemplateSegment] {
    var scanner = TemplateScanner(source, file: file)
    while try scanner.advance() {}
    return scanner.segments
  }

  /// Line breaks are read as `\n`, and one at the very end does not count.
  private init(_ source: String, file: String) {
    self.file = file
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.utf8.count)
    var previous: UInt8 = 0
    for byte in source.utf8 {
      if byte == UInt8(ascii: "\r") {
        bytes.append(UInt8(ascii: "\n"))
      } else if byte != UInt8(ascii: "\n") || previous != UInt8(ascii: "\r") {
        bytes.append(byte)
      }
      previous = byte
    }
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    self.bytes = bytes
  }

  private enum Opening {
    case output, tag, comment
  }

  /// Takes text and the braces behind it; false at the end.
  private mutating func advance() throws(TemplateError) -> Bool {
    let start = place
    guard let (opening, position) = nextOpening() else {
      addText(start..<bytes.count)
      return false
    }
    var inner = position + 2
    var end = position
    let sign = inner < bytes.count ? bytes[inner] : 0
    if sign == UInt8(ascii: "-") {
      inner += 1
      while end > start, isWhiteSpace(bytes[end - 1]) { end -= 1 }
    } else if sign == UInt8(ascii: "+"), opening != .output {
      inner += 1
    } else if opening != .output {
      end = withoutIndent(start..<position)
    }
    addText(start..<end, through: position)
    place = inner
    switch opening {
    case .comment: try skipComment(from: position)
    case .output: segments.append(.output(try tokens(until: "}}")))
    case .tag: try takeTag()
    }
    return true
  }

  private func nextOpening() -> (Opening, Int)? {
    var index = place
    while index + 1 < bytes.count {
      if bytes[index] == UInt8(ascii: "{") {
        switch bytes[index + 1] {
        case UInt8(ascii: "{"): return (.output, index)
        case UInt8(ascii: "%"): return (.tag, index)
        case UInt8(ascii: "#"): return (.comment, index)
        default: break
        }
      }
      index += 1
    }
    return nil
  }

  /// Where `text` ends when blanks since the beginning of its last line go.
  private func withoutIndent(_ text: Range<Int>) -> Int {
    var end = text.upperBound
    while end > text.lowerBound, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    let begins = end > text.lowerBound ? bytes[end - 1] == UInt8(ascii: "\n") : startsLine
    return begins ? end : text.upperBound
  }

  private mutating func addText(_ range: Range<Int>, through end: Int? = nil) {
    if !range.isEmpty {
      segments.append(.text(String(decoding: bytes[range], as: UTF8.self), line: line))
    }
    count(range.lowerBound..<(end ?? range.upperBound))
  }

  private mutating func count(_ range: Range<Int>) {
    for byte in bytes[range] where byte == UInt8(ascii: "\n") { line += 1 }
  }

  private mutating func skipComment(from opening: Int) throws(TemplateError) {
    let begin = line
    var index = opening + 2
    while index + 1 < bytes.count,
      bytes[index] != UInt8(ascii: "#") || bytes[index + 1] != UInt8(ascii: "}")
    {
      index += 1
    }
    guard index + 1 < bytes.count else { throw problem("a comment has no end", line: begin) }
    count(place..<index + 2)
    place = index + 2
    closeBlock(sign: index > opening + 2 ? bytes[index - 1] : 0)
  }

  /// White space behind a tag or a comment.
  private mutating func closeBlock(sign: UInt8) {
    startsLine = false
    if sign == UInt8(ascii: "-") {
      skipWhiteSpace()
    } else if sign != UInt8(ascii: "+"), place < bytes.count, bytes[place] == UInt8(ascii: "\n") {
      place += 1
      line += 1
      startsLine = true
    }
  }

  private mutating func skipWhiteSpace() {
    while place < bytes.count, isWhiteSpace(bytes[place]) {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      startsLine = bytes[place] == UInt8(ascii: "\n")
      place += 1
    }
  }

  private mutating func takeTag() throws(TemplateError) {
    let tag = try tokens(until: "%}")
    guard tag.first?.kind == .name("raw"), tag.count == 2 else {
      segments.append(.tag(tag))
      return
    }
    let begin = place
    while let (opening, position) = nextOpening() {
      place = position + 2
      guard opening == .tag else { continue }
      var inner = place
      let strips = inner < bytes.count && bytes[inner] == UInt8(ascii: "-")
      if strips { inner += 1 }
      let from = place
      place = inner
      // What is raw need not be the language: a tag that cannot be read is text too.
      guard let words = try? tokens(until: "%}"), words.first?.kind == .name("endraw") else {
        place = from
        continue
      }
      var end = strips ? position : withoutIndent(begin..<position)
      while strips, end > begin, isWhiteSpace(bytes[end - 1]) { end -= 1 }
      segments.append(
        .text(String(decoding: bytes[begin..<end], as: UTF8.self), line: line))
      return
    }
    throw problem("\"raw\" has no \"endraw\"", line: tag[0].line)
  }

  /// The words up to the closing braces, and the white space that these take.
  private mutating func tokens(until closing: String) throws(TemplateError) -> [TemplateToken] {
    var lexer = TemplateLexer(bytes: bytes, place: place, line: line, file: file)
    let (tokens, sign) = try lexer.tokens(until: Array(closing.utf8))
    (place, line) = (lexer.place, lexer.line)
    if closing == "%}" {
      closeBlock(sign: sign)
    } else {
      startsLine = false
      if sign == UInt8(ascii: "-") { skipWhiteSpace() }
    }
    return tokens
  }

  private func problem(_ text: String, line: Int) -> TemplateError {
    .notUnderstood(file: file, line: line, problem: text)
  }
}

/// Whether a byte is white space of ASCII, as regular expressions' `\s` has it.
func isWhiteSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (0x09...0x0D).contains(byte)
}
