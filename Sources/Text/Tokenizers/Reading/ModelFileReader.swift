import JSON
import OrderedCollections
import Tensors

/// Reads the members of an open object, the long lists of a model without building JSON values.
struct ModelFileReader {
  var lexer: JSONLexer
  let file: String

  private func fails(_ failure: JSONFailure) -> TokenizerError {
    TokenizerError(file: file, place: "", .json(failure))
  }

  private func fails(_ place: String, _ sentence: String) -> TokenizerError {
    TokenizerError(file: file, place: place, .other(sentence))
  }

  /// Does what can fail as JSON does.
  private mutating func read<Result>(
    _ body: (inout JSONLexer) throws(JSONFailure) -> Result
  ) throws(TokenizerError) -> Result {
    do throws(JSONFailure) {
      return try body(&lexer)
    } catch {
      throw fails(error)
    }
  }

  /// Calls `body` with the name of each member, its value next; up to the closing brace.
  mutating func forEachMember(
    _ body: (inout Self, String) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    var names: Set<String> = []
    guard !lexer.take(UInt8(ascii: "}")) else { return }
    repeat {
      _ = lexer.next()
      let place = lexer.position
      let name = try read { (lexer) throws(JSONFailure) in try lexer.string() }
      guard names.insert(name).inserted else {
        throw fails(JSONFailure(at: place, .duplicateKey(name)))
      }
      try read { (lexer) throws(JSONFailure) in try lexer.expect(UInt8(ascii: ":"), "a colon") }
      try body(&self, name)
    } while try takeComma(orClose: UInt8(ascii: "}"))
  }

  private mutating func takeComma(orClose close: UInt8) throws(TokenizerError) -> Bool {
    try read { (lexer) throws(JSONFailure) in try lexer.takeComma(orClose: close) }
  }

  mutating func finish() throws(TokenizerError) {
    try read { (lexer) throws(JSONFailure) in try lexer.finish() }
  }

  /// The value that comes next.
  mutating func value() throws(TokenizerError) -> JSONValue {
    try read { (lexer) throws(JSONFailure) in
      _ = lexer.next()
      let start = lexer.position
      try lexer.skipValue()
      do throws(JSONFailure) {
        return try JSONValue(parsing: Array(lexer.bytes[start..<lexer.position]))
      } catch {
        throw JSONFailure(at: start + error.offset, error.problem)
      }
    }
  }

  /// The object `model`.
  mutating func model() throws(TokenizerError) -> ModelFile {
    guard lexer.take(UInt8(ascii: "{")) else {
      let found = try value()
      throw TokenizerError(
        file: file, place: "model", .wrong(expected: "an object", found: found.kindName))
    }
    var settings: OrderedDictionary<ExactString, JSONValue> = [:]
    var tokens: ModelFile.Tokens?
    var merges: MergeList?
    try forEachMember { (reader, name) throws(TokenizerError) in
      switch name {
      case "vocab": tokens = try reader.tokens()
      case "merges": merges = try reader.merges()
      default: settings[ExactString(name)] = try reader.value()
      }
    }
    let part = TokenizerPart(file: file, place: "model", value: .object(settings))
    guard let tokens else { throw part.fails(.missing("vocab")) }
    return ModelFile(settings: part, tokens: tokens, merges: merges)
  }

  private mutating func tokens() throws(TokenizerError) -> ModelFile.Tokens {
    if lexer.take(UInt8(ascii: "{")) { return .ids(try tokensWithIDs()) }
    if lexer.take(UInt8(ascii: "[")) { return .scores(try tokensWithScores()) }
    throw TokenizerError(
      file: file, place: "model.vocab",
      .wrong(expected: "an object or a list", found: try value().kindName))
  }

  /// `{"the": 5, …}`, open.
  private mutating func tokensWithIDs() throws(TokenizerError) -> Vocabulary {
    var vocabulary = Vocabulary()
    guard !lexer.take(UInt8(ascii: "}")) else { return vocabulary }
    repeat {
      _ = lexer.next()
      let place = lexer.position
      let token = try text()
      try read { (lexer) throws(JSONFailure) in try lexer.expect(UInt8(ascii: ":"), "a colon") }
      let id = try id(of: token)
      switch vocabulary.add(token, id: id) {
      case .added: break
      case .knownToken: throw fails(JSONFailure(at: place, .duplicateKey(token.text)))
      case .knownID:
        let other = vocabulary[id].map { Array($0).text } ?? ""
        throw fails(
          "model.vocab",
          "\"\(escapedKey(token.text))\" and \"\(escapedKey(other))\" have the same id, \(id)")
      }
    } while try takeComma(orClose: UInt8(ascii: "}"))
    return vocabulary
  }

  private mutating func id(of token: [UInt8]) throws(TokenizerError) -> Int {
    let digits = try number()
    guard let id = Int(digits), 0...Vocabulary.idLimit ~= id else {
      throw fails(
        "model.vocab",
        "\"\(escapedKey(token.text))\" has the id \(escapedKey(digits)), expected 0 to "
          + "\(Vocabulary.idLimit)")
    }
    return id
  }

  /// `[["▁the", -3.2], …]`, open.
  private mutating func tokensWithScores() throws(TokenizerError) -> [(
    bytes: [UInt8], score: Double
  )] {
    var tokens: [(bytes: [UInt8], score: Double)] = []
    guard !lexer.take(UInt8(ascii: "]")) else { return tokens }
    repeat {
      try expect(UInt8(ascii: "["), "a token and its score")
      let token = try text()
      try expect(UInt8(ascii: ","), "a comma")
      let digits = try number()
      guard let score = Double(digits), score.isFinite else {
        throw fails("model.vocab[\(tokens.count)]", "the score \(escapedKey(digits)) is too large")
      }
      try expect(UInt8(ascii: "]"), "the end of a token and its score")
      guard tokens.count <= Vocabulary.idLimit else {
        throw fails("model.vocab", "more than \(Vocabulary.idLimit) tokens; it cannot be real")
      }
      tokens.append((token, score))
    } while try takeComma(orClose: UInt8(ascii: "]"))
    return tokens
  }

  /// `["t h", …]` or `[["t", "h"], …]`.
  private mutating func merges() throws(TokenizerError) -> MergeList {
    var merges = MergeList()
    try expect(UInt8(ascii: "["), "a list of merges")
    guard !lexer.take(UInt8(ascii: "]")) else { return merges }
    repeat {
      if lexer.take(UInt8(ascii: "[")) {
        let left = try text()
        try expect(UInt8(ascii: ","), "a comma")
        merges.add(left, try text())
        try expect(UInt8(ascii: "]"), "the end of a pair")
      } else {
        let line = try text()
        guard !line.starts(with: "#version".utf8) else { continue }
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
          throw fails(
            "model.merges[\(merges.count)]",
            "\"\(escapedKey(line.text))\" is no two tokens with a blank between")
        }
        merges.add(parts[0], parts[1])
      }
    } while try takeComma(orClose: UInt8(ascii: "]"))
    return merges
  }

  private mutating func expect(_ byte: UInt8, _ expected: String) throws(TokenizerError) {
    try read { (lexer) throws(JSONFailure) in try lexer.expect(byte, expected) }
  }

  private mutating func text() throws(TokenizerError) -> [UInt8] {
    try read { (lexer) throws(JSONFailure) in
      let string = try lexer.rawString()
      return lexer.decoded(string)
    }
  }

  private mutating func number() throws(TokenizerError) -> String {
    try read { (lexer) throws(JSONFailure) in
      let range = try lexer.number()
      return String(decoding: lexer.bytes[range], as: UTF8.self)
    }
  }
}
