import JSON
import Tensors

/// The added tokens of a tokenizer, and where they are found.
struct AddedVocabulary: Sendable {
  /// By id.
  let tokens: [AddedToken]
  /// Those found in the text as it is, and those found in the normalized text.
  let plain: AddedTokenFinder
  let normalized: AddedTokenFinder
  /// What each looks like where it is found.
  private let writings: [Int: [UInt8]]
  private let ids: [ExactString: Int]
  private let special: Set<[UInt8]>

  init(
    _ part: TokenizerPart?, _ vocabulary: Vocabulary, _ normalizer: (any Normalizer)?
  ) throws(TokenizerError) {
    let parts = try part?.elements() ?? []
    var (tokens, writings, ids): ([AddedToken], [Int: [UInt8]], [ExactString: Int]) = ([], [:], [:])
    var next = vocabulary.count
    for part in parts {
      let token = try AddedToken(part)
      try Self.check(token, part, vocabulary, &next)
      guard ids.updateValue(token.id, forKey: ExactString(token.content)) == nil else {
        throw part.fails("\"\(escapedKey(token.content))\" is there twice")
      }
      guard writings.updateValue(Self.writing(token, normalizer), forKey: token.id) == nil else {
        throw part.fails("the id \(token.id) is there twice")
      }
      tokens.append(token)
    }
    self.tokens = tokens.sorted { $0.id < $1.id }
    (self.writings, self.ids) = (writings, ids)
    special = Set(tokens.filter(\.isSpecial).map { Array($0.content.utf8) })
    plain = try Self.finder(tokens.filter { !$0.isNormalized }, writings, part)
    normalized = try Self.finder(tokens.filter(\.isNormalized), writings, part)
  }

  /// Checks that the token's id is the vocabulary's, or the next behind it: any other would not be the
  /// one that the model was trained with.
  private static func check(
    _ token: AddedToken, _ part: TokenizerPart, _ vocabulary: Vocabulary, _ next: inout Int
  ) throws(TokenizerError) {
    let known = vocabulary.find(Array(token.content.utf8))
    if let known, known != token.id {
      throw part.fails(
        "\"\(escapedKey(token.content))\" has the id \(token.id), and \(known) in the vocabulary")
    }
    guard known == nil else { return }
    if let other = vocabulary[token.id] {
      throw part.fails(
        "the id \(token.id) is also that of \"\(escapedKey(Array(other).text))\" in the vocabulary")
    }
    guard token.id == next else {
      throw part.fails(
        "\"\(escapedKey(token.content))\" has the id \(token.id), expected the next, \(next)")
    }
    next += 1
  }

  private static func writing(_ token: AddedToken, _ normalizer: (any Normalizer)?) -> [UInt8] {
    let content = Array(token.content.utf8)
    guard token.isNormalized, let normalizer else { return content }
    var text = AlignedText(content, content.indices)
    normalizer.normalize(&text)
    return text.bytes
  }

  private static func finder(
    _ tokens: [AddedToken], _ writings: [Int: [UInt8]], _ part: TokenizerPart?
  ) throws(TokenizerError) -> AddedTokenFinder {
    var (seen, patterns): (Set<[UInt8]>, [[UInt8]]) = ([], [])
    for token in tokens {
      let writing = writings[token.id] ?? []
      guard !writing.isEmpty, seen.insert(writing).inserted else {
        let name = "\"\(escapedKey(token.content))\""
        let problem =
          writing.isEmpty ? "is normalized to nothing" : "is normalized to another's text"
        throw part?.fails(name + " " + problem)
          ?? TokenizerError(file: "", place: "", .other(problem))
      }
      patterns.append(writing)
    }
    return AddedTokenFinder(tokens, written: patterns)
  }

  /// What the token with this id looks like to a decoder; nil when it is not added.
  func written(_ id: Int) -> [UInt8]? { writings[id] }

  func id(of token: String) -> Int? { ids[ExactString(token)] }

  /// Whether a token is left out when decoding.
  func isSpecial(_ token: [UInt8]) -> Bool { special.contains(token) }
}
