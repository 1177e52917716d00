/// Tokens that become text one after the other, as soon as the text is certain.
///
/// What `append` and `finish` give, one after the other, is what `Tokenizer.decode` gives at once.
package struct DecodingStream {
  private let tokenizer: Tokenizer
  private let keepsSpecialTokens: Bool
  private var stages: [any TokenDecoder & Sendable]

  init(_ tokenizer: Tokenizer, keepsSpecialTokens: Bool) {
    self.tokenizer = tokenizer
    self.keepsSpecialTokens = keepsSpecialTokens
    stages = tokenizer.decoders
  }

  /// Adds a token and gives the text that is certain with it.
  ///
  /// - Throws: `TokenizerError` for an id that no token has.
  package mutating func append(_ id: Int) throws(TokenizerError) -> String {
    bytes(of: try tokenizer.decodedBytes(of: id))
  }

  private mutating func bytes(of token: Tokenizer.DecodedToken) -> String {
    guard keepsSpecialTokens || !token.isSpecial else { return "" }
    return run([.bytes(token.bytes), .end], from: 0).text
  }

  /// The rest of the text, when no token follows.
  package mutating func finish() -> String {
    var text: [UInt8] = []
    for stage in stages.indices {
      var output = TokenStream()
      stages[stage].finish(&output)
      text += run(output.events, from: stage + 1)
    }
    return text.text
  }

  /// Sends events through the stages from one on.
  private mutating func run(_ first: [TokenStream.Event], from start: Int) -> [UInt8] {
    var events = first
    for stage in stages.indices.dropFirst(start) {
      var output = TokenStream()
      for event in events {
        switch event {
        case .bytes(let bytes): stages[stage].add(bytes, to: &output)
        case .end: stages[stage].endToken(&output)
        }
      }
      events = output.events
    }
    return events.reduce(into: []) { text, event in
      if case .bytes(let bytes) = event { text += bytes }
    }
  }
}
