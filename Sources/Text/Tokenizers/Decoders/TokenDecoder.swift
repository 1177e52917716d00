/// One stage on the way from tokens to text: a stream of tokens in, a stream of tokens out.
///
/// Each token comes as its bytes, UTF-8, in parts, and then its end. A stage gives on what is certain
/// as soon as it is, so that the same stages decode a text that is still growing.
protocol TokenDecoder {
  mutating func add(_ bytes: [UInt8], to output: inout TokenStream)
  mutating func endToken(_ output: inout TokenStream)
  /// After the last token.
  mutating func finish(_ output: inout TokenStream)
}

/// What a stage gives on.
struct TokenStream {
  enum Event {
    case bytes([UInt8])
    case end
  }

  private(set) var events: [Event] = []

  mutating func add(_ bytes: [UInt8]) {
    if !bytes.isEmpty { events.append(.bytes(bytes)) }
  }

  mutating func end() { events.append(.end) }

  mutating func add(token: [UInt8]) {
    add(token)
    end()
  }
}

/// The kinds of decoders, by their names in `tokenizer.json`.
enum TokenDecoders {
  static let supported = [
    "ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Replace", "Sequence", "Strip", "WordPiece",
  ]

  /// Reads a decoder as a maker of stages in their first state.
  static func read(_ part: TokenizerPart) throws(TokenizerError) -> [any TokenDecoder & Sendable] {
    switch try part.kind() {
    case "ByteFallback": return [ByteFallbackDecoder()]
    case "ByteLevel": return [ByteLevelDecoder()]
    case "Fuse": return [FuseDecoder()]
    case "Metaspace":
      return [
        MetaspaceDecoder(
          replacement: try part.member("replacement").character().value,
          dropsFirst: try PrependScheme(ofMetaspace: part) != .never)
      ]
    case "Replace": return [try ReplaceDecoder(part)]
    case "Sequence":
      var stages: [any TokenDecoder & Sendable] = []
      for decoder in try part.member("decoders").elements() { stages += try read(decoder) }
      return stages
    case "Strip": return [try StripDecoder(part)]
    case "WordPiece":
      return [
        WordPieceDecoder(
          prefix: Array(try part.text("prefix").utf8), cleansUp: try part.flag("cleanup"))
      ]
    case let kind: throw part.fails(.unsupported(kind: kind, supported: supported))
    }
  }
}

/// `Fuse`: all tokens as one.
struct FuseDecoder: TokenDecoder {
  mutating func add(_ bytes: [UInt8], to output: inout TokenStream) { output.add(bytes) }
  mutating func endToken(_ output: inout TokenStream) {}
  mutating func finish(_ output: inout TokenStream) { output.end() }
}

/// Without a decoder: a blank between tokens.
struct JoiningDecoder: TokenDecoder {
  private var isFirst = true

  mutating func add(_ bytes: [UInt8], to output: inout TokenStream) {
    output.add(isAtStart && !isFirst ? [0x20] + bytes : bytes)
    isAtStart = false
    isFirst = false
  }

  private var isAtStart = true

  mutating func endToken(_ output: inout TokenStream) {
    if isAtStart {
      if !isFirst { output.add([0x20]) }
      isFirst = false
    }
    isAtStart = true
    output.end()
  }

  mutating func finish(_ output: inout TokenStream) {}
}
