/// A stage that looks at whole tokens, one at a time.
protocol WholeTokenDecoder: TokenDecoder {
  var token: [UInt8] { get set }
  mutating func decode(_ token: [UInt8], to output: inout TokenStream)
}

extension WholeTokenDecoder {
  mutating func add(_ bytes: [UInt8], to output: inout TokenStream) { token += bytes }

  mutating func endToken(_ output: inout TokenStream) {
    let whole = token
    token = []
    decode(whole, to: &output)
  }

  mutating func finish(_ output: inout TokenStream) {}
}

/// `ByteLevel`: the bytes that characters stand for, as one token; what is no UTF-8 becomes U+FFFD.
struct ByteLevelDecoder: WholeTokenDecoder {
  var token: [UInt8] = []
  private var repair = UTF8Repair()

  mutating func decode(_ token: [UInt8], to output: inout TokenStream) {
    output.add(repair.add(ByteAlphabet.bytes(of: token) ?? token))
  }

  mutating func finish(_ output: inout TokenStream) {
    output.add(repair.finish())
    output.end()
  }
}

/// `ByteFallback`: tokens like `<0x61>` in a row as the text that their bytes make; each as U+FFFD
/// when they make none.
struct ByteFallbackDecoder: WholeTokenDecoder {
  var token: [UInt8] = []
  private var bytes: [UInt8] = []

  mutating func decode(_ token: [UInt8], to output: inout TokenStream) {
    if let byte = ByteFallback.byte(of: token) {
      bytes.append(byte)
    } else {
      finish(&output)
      output.add(token: token)
    }
  }

  mutating func finish(_ output: inout TokenStream) {
    guard !bytes.isEmpty else { return }
    if (try? UTF8Span(validating: bytes.span)) != nil {
      output.add(token: bytes)
    } else {
      for _ in bytes { output.add(token: Array("\u{FFFD}".utf8)) }
    }
    bytes = []
  }
}

/// `Metaspace`: its character as a blank, and in the first token as nothing.
struct MetaspaceDecoder: WholeTokenDecoder {
  var token: [UInt8] = []
  let replacement: [UInt8]
  private var dropsFirst: Bool

  init(replacement: UInt32, dropsFirst: Bool) {
    var bytes: [UInt8] = []
    bytes.append(scalar: replacement)
    self.replacement = bytes
    self.dropsFirst = dropsFirst
  }

  mutating func decode(_ token: [UInt8], to output: inout TokenStream) {
    var text: [UInt8] = []
    var keptFrom = 0
    TextPattern.literal(replacement).forEachMatch(of: token, in: token.indices) { match in
      text += token[keptFrom..<match.lowerBound]
      if !dropsFirst { text.append(0x20) }
      keptFrom = match.upperBound
    }
    output.add(token: text + token[keptFrom...])
    dropsFirst = false
  }
}

/// `WordPiece`: tokens that go on without their prefix, all others behind a blank.
struct WordPieceDecoder: WholeTokenDecoder {
  var token: [UInt8] = []
  let prefix: [UInt8]
  let cleansUp: Bool
  private var isFirst = true

  init(prefix: [UInt8], cleansUp: Bool) {
    (self.prefix, self.cleansUp) = (prefix, cleansUp)
  }

  mutating func decode(_ token: [UInt8], to output: inout TokenStream) {
    var text = token
    if !isFirst {
      text = token.starts(with: prefix) ? Array(token[prefix.count...]) : [0x20] + token
    }
    isFirst = false
    if cleansUp {
      for (pattern, content) in Self.cleanings { text = replacingMatches(text, pattern, content) }
    }
    output.add(token: text)
  }

  private static let cleanings: [(TextPattern, [UInt8])] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ].map { (pattern: String, content: String) in
    (.literal(Array(pattern.utf8)), Array(content.utf8))
  }
}

/// `text` with `content` in the place of every match.
func replacingMatches(_ text: [UInt8], _ pattern: TextPattern, _ content: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var keptFrom = 0
  pattern.forEachMatch(of: text, in: text.indices) { match in
    result += text[keptFrom..<match.lowerBound]
    result += content
    keptFrom = match.upperBound
  }
  return result + text[keptFrom...]
}
