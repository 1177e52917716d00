/// Makes tokens of the pieces of a text.
protocol TokenModel: Sendable {
  var vocabulary: Vocabulary { get }
  /// Whether bytes may stand for the characters of the byte-level alphabet.
  var takesByteLevel: Bool { get }
  /// Adds the tokens of every piece to `tokens`.
  func encode(
    _ text: borrowing SplitText, into tokens: inout TokenList, _ memory: inout ModelMemory
  ) throws(ModelProblem)
}

extension TokenModel {
  var takesByteLevel: Bool { false }
}

/// Why a model has no tokens for a text.
enum ModelProblem: Error {
  /// It has no token for what it does not know.
  case noUnknownToken
}

/// Tokens with the parts of the original text that they stand for.
struct TokenList {
  var ids: [Int] = []
  var spans: [Range<Int>] = []

  @inline(__always)
  mutating func add(_ id: Int, _ span: Range<Int>) {
    ids.append(id)
    spans.append(span)
  }
}

/// What a model keeps between texts to be fast: its results depend on nothing in it.
struct ModelMemory: Sendable {
  var words = WordMemory()
  var merging = Merging()
  var path = UnigramPath()
}
