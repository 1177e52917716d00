/// `WordPiece`: the longest token that a word begins with, then the longest that goes on, and so on;
/// a word that no tokens make up is unknown as a whole.
struct WordPieceModel: TokenModel {
  let vocabulary: Vocabulary
  private let trie: ByteTrie
  /// Where the tokens that go on begin in `trie`; -1 when there are none.
  private let continuation: Int32
  private let unknown: Int?
  private let lengthLimit: Int

  init(_ vocabulary: Vocabulary, prefix: [UInt8], unknown: Int?, lengthLimit: Int) {
    var trie = ByteTrie()
    vocabulary.forEach { token, id in
      if !token.isEmpty { trie.set(token, to: id) }
    }
    (self.vocabulary, self.trie) = (vocabulary, trie)
    continuation = trie.node(of: prefix)
    self.unknown = unknown
    self.lengthLimit = lengthLimit
  }

  func encode(
    _ split: borrowing SplitText, into tokens: inout TokenList, _ memory: inout ModelMemory
  ) throws(ModelProblem) {
    let text = split.text
    for piece in split.pieces {
      let mark = tokens.ids.count
      if text.bytes[piece].count(where: { $0 & 0xC0 != 0x80 }) <= lengthLimit,
        add(text, piece, to: &tokens)
      {
        continue
      }
      tokens.ids.removeLast(tokens.ids.count - mark)
      tokens.spans.removeLast(tokens.spans.count - mark)
      guard let unknown else { throw .noUnknownToken }
      tokens.add(unknown, text.source(of: piece))
    }
  }

  /// Adds the tokens of a word; false when some of it has none.
  private func add(_ text: AlignedText, _ piece: Range<Int>, to tokens: inout TokenList) -> Bool {
    var start = piece.lowerBound
    while start < piece.upperBound {
      var node = start == piece.lowerBound ? ByteTrie.root : continuation
      var (token, end) = (Int32(-1), start)
      var place = start
      while place < piece.upperBound, node >= 0 {
        node = trie.child(of: node, text.bytes[place])
        guard node >= 0 else { break }
        place += 1
        if trie.value(node) >= 0 { (token, end) = (trie.value(node), place) }
      }
      guard token >= 0 else { return false }
      tokens.add(Int(token), text.source(of: start..<end))
      start = end
    }
    return true
  }
}
