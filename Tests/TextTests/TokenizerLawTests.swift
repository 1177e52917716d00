import JSON
import TestSupport
import Testing

@testable import Text

@Suite struct TokenizerLawTests {
  /// Tokenizers that change no text: byte-level BPE without a normalizer.
  private static let lossless = ["deepseek", "gpt2", "gpt4o", "llama3", "smollm2"]

  private static let hard = [
    "", " ", "\u{0}", "a\u{301}\u{323}", "한국어 조선", "🏳️‍🌈👨‍👩‍👧 \u{10FFFF}", "\r\n\r\n \t x",
    "ſ'ſ 'S", String(repeating: "ab ", count: 500), String(repeating: "é", count: 70),
  ]

  @Test(arguments: lossless)
  func `what a tokenizer changes not comes back`(_ name: String) throws {
    let golden = try GoldenTokenizer(name)
    for text in golden.texts + Self.hard {
      let encoding = try golden.tokenizer.encode(text, addingSpecialTokens: false)
      let back = try golden.tokenizer.decode(encoding.ids, keepingSpecialTokens: true)
      #expect(back.utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
    }
  }

  @Test(arguments: lossless)
  func `spans tile a text that is not changed`(_ name: String) throws {
    let golden = try GoldenTokenizer(name)
    for text in golden.texts + Self.hard {
      var end = 0
      for span in try golden.tokenizer.encode(text, addingSpecialTokens: false).spans {
        #expect(span.lowerBound == end)
        end = span.upperBound
      }
      #expect(end == text.utf8.count)
    }
  }

  @Test(arguments: GoldenTokenizer.names)
  func `spans are in order and inside the text`(_ name: String) throws {
    let golden = try GoldenTokenizer(name)
    for text in golden.texts + Self.hard {
      let encoding = try golden.tokenizer.encode(text)
      var last = 0..<0
      for (span, origin) in zip(encoding.spans, encoding.texts) {
        #expect(span.lowerBound >= last.lowerBound && span.upperBound >= last.upperBound)
        #expect(span.upperBound <= text.utf8.count)
        if origin == nil { #expect(span.isEmpty) }
        last = span
      }
    }
  }

  @Test(arguments: GoldenTokenizer.names, [true, false])
  func `a stream gives what decoding at once gives`(_ name: String, _ keeps: Bool) throws {
    let golden = try GoldenTokenizer(name)
    var generator = SystemRandomNumberGenerator()
    let known = (0..<golden.tokenizer.idBound).filter { golden.tokenizer.token($0) != nil }
    let random = (0..<20).map { _ in
      (0..<30).compactMap { _ in known.randomElement(using: &generator) }
    }
    let texts = try (golden.texts + Self.hard).map { try golden.tokenizer.encode($0).ids }
    for ids in texts + random {
      var stream = golden.tokenizer.decodingStream(keepingSpecialTokens: keeps)
      var text = ""
      for id in ids { text += try stream.append(id) }
      text += stream.finish()
      #expect(text == (try golden.tokenizer.decode(ids, keepingSpecialTokens: keeps)), "\(ids)")
    }
  }

  @Test func `a stream gives a character with its last byte`() throws {
    let tokenizer = try GoldenTokenizer("gpt2").tokenizer
    var stream = tokenizer.decodingStream()
    let ids = try tokenizer.encode("x😀").ids
    #expect(try ids.map { id in try stream.append(id) } == ["x", "", "", "", "😀"])
    #expect(stream.finish() == "")
  }

  @Test(arguments: GoldenTokenizer.names)
  func `memory of earlier texts changes nothing`(_ name: String) throws {
    let golden = try GoldenTokenizer(name)
    let first = try golden.texts.map { try golden.tokenizer.encode($0) }
    #expect(try golden.texts.map { try golden.tokenizer.encode($0) } == first)
    let fresh = try GoldenTokenizer(name).tokenizer
    #expect(try golden.texts.reversed().map { try fresh.encode($0) } == first.reversed())
  }

  /// Twice as much of each must not take a multiple: what were quadratic would not end.
  @Test(arguments: GoldenTokenizer.names)
  func `long runs of one thing are read to their end`(_ name: String) throws {
    let tokenizer = try GoldenTokenizer(name).tokenizer
    for unit in ["a", " ", "1", "\u{301}\u{323}", "中", "\n", "'s", "A"] {
      let text = String(repeating: unit, count: 60_000 / unit.utf8.count)
      let encoding = try tokenizer.encode(text, addingSpecialTokens: false)
      #expect(encoding.spans.allSatisfy { $0.upperBound <= text.utf8.count })
    }
  }
}
