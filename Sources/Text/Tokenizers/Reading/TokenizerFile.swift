import JSON

/// The members of `tokenizer.json`, read but not understood; its model is, for it is most of the file.
struct TokenizerFile {
  let file: String
  private var members: [String: TokenizerPart] = [:]
  private(set) var model: ModelFile?

  /// What is not here makes text of tokens or tokens of text in no way that lasts: `truncation` and
  /// `padding` are the last user's, and ignored.
  private static let known: Set<String> = [
    "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
    "post_processor", "decoder", "model",
  ]

  init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
    self.file = file
    var lexer = JSONLexer(bytes)
    do throws(JSONFailure) {
      try lexer.expect(UInt8(ascii: "{"), "an object")
    } catch {
      throw TokenizerError(file: file, place: "", .json(error))
    }
    var reader = ModelFileReader(lexer: lexer, file: file)
    try reader.forEachMember { (reader, name) throws(TokenizerError) in
      guard Self.known.contains(name) else {
        throw TokenizerError(
          file: file, place: "",
          .unsupported(kind: name, supported: Self.known.sorted()))
      }
      if name == "model" {
        model = try reader.model()
      } else {
        members[name] = TokenizerPart(file: file, place: name, value: try reader.value())
      }
    }
    try reader.finish()
  }

  /// The member of this name; nil when there is none or it is null.
  func optional(_ name: String) -> TokenizerPart? {
    members[name].flatMap { $0.value.isNull ? nil : $0 }
  }
}

/// The model's settings, and its vocabulary and merges as they are in the file.
struct ModelFile {
  enum Tokens {
    /// Of tokens with ids.
    case ids(Vocabulary)
    /// Of tokens with scores, by id.
    case scores([(bytes: [UInt8], score: Double)])
  }

  let settings: TokenizerPart
  let tokens: Tokens
  /// Pairs of tokens by rank; nil where there is no such list.
  let merges: MergeList?
}

/// Pairs of tokens, the bytes of all one after the other.
struct MergeList {
  private(set) var bytes: [UInt8] = []
  /// Where each token ends, of every pair first the left, then the right.
  private var ends: [Int] = [0]

  /// How many pairs there are.
  var count: Int { (ends.count - 1) / 2 }

  mutating func add(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) {
    bytes += left
    ends.append(bytes.count)
    bytes += right
    ends.append(bytes.count)
  }

  /// Where the tokens of a pair lie in `bytes`, side by side.
  subscript(rank: Int) -> (left: Range<Int>, right: Range<Int>) {
    let (start, middle, end) = (ends[2 * rank], ends[2 * rank + 1], ends[2 * rank + 2])
    return (start..<middle, middle..<end)
  }
}
