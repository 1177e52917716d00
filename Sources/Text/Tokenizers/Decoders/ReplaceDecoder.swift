/// `Replace`: a text in the place of every match in a token.
struct ReplaceDecoder: TokenDecoder {
  private let pattern: TextPattern
  private let content: [UInt8]
  /// What of the token is not certain yet.
  private var rest: [UInt8] = []

  init(_ part: TokenizerPart) throws(TokenizerError) {
    pattern = try TextPattern(try part.member("pattern"))
    content = Array(try part.text("content").utf8)
  }

  mutating func add(_ bytes: [UInt8], to output: inout TokenStream) {
    rest += bytes
    // How a match of an expression ends is known only at the end of the token.
    guard case .literal(let literal) = pattern else { return }
    var end = 0
    pattern.forEachMatch(of: rest, in: rest.indices) { end = $0.upperBound }
    let certain = max(end, rest.count - overlap(with: literal, from: end))
    output.add(replacingMatches(Array(rest[..<certain]), pattern, content))
    rest.removeFirst(certain)
  }

  /// How many bytes at the end of `rest` may begin a match.
  private func overlap(with literal: [UInt8], from start: Int) -> Int {
    let longest = min(literal.count - 1, rest.count - start)
    return stride(from: longest, to: 0, by: -1).first { count in
      rest[(rest.count - count)...].elementsEqual(literal[..<count])
    } ?? 0
  }

  mutating func endToken(_ output: inout TokenStream) {
    output.add(token: replacingMatches(rest, pattern, content))
    rest = []
  }

  mutating func finish(_ output: inout TokenStream) {}
}

/// `Strip`: up to so many of a character less at the beginning and at the end of every token.
struct StripDecoder: TokenDecoder {
  private let character: [UInt8]
  private let start: Int
  private let stop: Int
  /// How many may still go at the beginning of this token.
  private var left: Int
  /// Characters at the end that go if the token ends here.
  private var held = 0

  init(_ part: TokenizerPart) throws(TokenizerError) {
    character = Array(String(try part.member("content").character()).utf8)
    start = try part.member("start").count(upTo: 1 << 20)
    stop = try part.member("stop").count(upTo: 1 << 20)
    left = start
  }

  mutating func add(_ bytes: [UInt8], to output: inout TokenStream) {
    var bytes = bytes[...]
    while left > 0, bytes.starts(with: character) {
      bytes = bytes.dropFirst(character.count)
      left -= 1
    }
    guard !bytes.isEmpty else { return }
    left = 0
    var text = Array(repeatElement(character, count: held).joined()) + bytes
    held = 0
    while held < stop, text.suffix(character.count).elementsEqual(character) {
      text.removeLast(character.count)
      held += 1
    }
    output.add(text)
  }

  mutating func endToken(_ output: inout TokenStream) {
    (left, held) = (start, 0)
    output.end()
  }

  mutating func finish(_ output: inout TokenStream) {}
}
