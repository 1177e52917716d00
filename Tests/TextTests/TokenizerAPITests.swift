import Testing

@testable import Text

@Suite struct TokenizerAPITests {
  @Test func `tokens are found by id and by name`() throws {
    let tokenizer = try GoldenTokenizer("llama3").tokenizer
    #expect(tokenizer.vocabularySize == tokenizer.idBound)
    for id in 0..<tokenizer.idBound {
      let token = try #require(tokenizer.token(id))
      #expect(tokenizer.id(of: token) == id)
    }
    #expect(tokenizer.token(tokenizer.idBound) == nil && tokenizer.token(-1) == nil)
    #expect(tokenizer.id(of: "no token is this") == nil)
  }

  @Test func `added tokens keep their flags`() throws {
    let tokens = try GoldenTokenizer("added-tokens").tokenizer.addedTokens
    #expect(tokens.map(\.id) == [367] + Array(600...607))
    let left = try #require(tokens.first { $0.content == "<|L|>" })
    #expect(left.stripsLeft && !left.stripsRight && left.isSpecial && !left.isNormalized)
    let word = try #require(tokens.first { $0.content == "word" })
    #expect(word.isSingleWord && !word.isSpecial)
  }

  @Test func `spans are those of the text as it was given`() throws {
    let text = " Héllo\u{301}  <mask>日本"
    let encoding = try GoldenTokenizer("t5").tokenizer.encode(text)
    let bytes = Array(text.utf8)
    let parts = encoding.spans.map { String(decoding: bytes[$0], as: UTF8.self) }
    #expect(parts.joined().filter { $0 != " " } == text.filter { $0 != " " })
    #expect(
      encoding.spans.last == text.utf8.count..<text.utf8.count && encoding.texts.last == .some(nil))
  }

  @Test func `two texts are told apart`() throws {
    let encoding = try GoldenTokenizer("bert-cased").tokenizer.encode("one two", "three")
    #expect(encoding.texts == [nil, 0, 0, 0, 0, nil, 1, 1, nil])
    #expect(encoding.spans[6].lowerBound == 0 && encoding.spans[7].upperBound == 5)
    #expect(encoding.spans[8] == 5..<5)
  }
}
