/// A token that is found in a text before the model sees it.
package struct AddedToken: Equatable, Sendable {
  package let id: Int
  package let content: String
  /// Only as a word of its own.
  package let isSingleWord: Bool
  /// Takes the white space on its left with it.
  package let stripsLeft: Bool
  /// Takes the white space on its right with it.
  package let stripsRight: Bool
  /// Looked for in the normalized text, itself normalized.
  package let isNormalized: Bool
  /// Left out when decoding, unless asked for.
  package let isSpecial: Bool

  init(_ part: TokenizerPart) throws(TokenizerError) {
    id = try part.member("id").count(upTo: Vocabulary.idLimit)
    content = try part.text("content")
    guard !content.isEmpty else { throw part.fails("\"content\" is empty") }
    isSingleWord = try part.flag("single_word")
    stripsLeft = try part.flag("lstrip")
    stripsRight = try part.flag("rstrip")
    isNormalized = try part.flag("normalized")
    isSpecial = try part.flag("special")
  }
}
