import JSON
import TestSupport
import Testing

@testable import Text

/// A tokenizer of `fixtures/text/tokenizers` and what Hugging Face's tokenizers make of it.
struct GoldenTokenizer {
  let tokenizer: Tokenizer
  let cases: JSONValue

  static let names = [
    "added-tokens", "bert-cased", "bert-uncased", "clip", "deepseek", "gemma", "gpt2", "gpt4o",
    "llama2", "llama3", "mistral", "qwen2", "roberta", "smollm2", "t5", "unigram-bytes",
  ]

  init(_ name: String) throws {
    let folder = "text/tokenizers/\(name)/"
    tokenizer = try Tokenizer(
      json: Fixtures.bytes(folder + "tokenizer.json"), file: folder + "tokenizer.json")
    cases = try JSONValue(parsing: Fixtures.bytes(folder + "cases.json"))
  }

  var rows: [JSONValue] { cases["rows"]?.array ?? [] }

  var texts: [String] { rows.compactMap { $0["text"]?.string } }
}

private func ids(_ value: JSONValue?) -> [Int]? { value?.array?.compactMap(\.int) }

private func isExactly(_ left: String, _ right: String?) -> Bool {
  right.map { left.utf8.elementsEqual($0.utf8) } ?? false
}

@Suite struct GoldenTokenizerTests {
  @Test func `the table names every tokenizer there is`() throws {
    #expect(try Fixtures.names(in: "text/tokenizers") == GoldenTokenizer.names)
  }

  @Test(arguments: GoldenTokenizer.names)
  func `every text has the ids that Hugging Face's tokenizers give`(_ name: String) throws {
    let golden = try GoldenTokenizer(name)
    #expect(golden.rows.count >= 60)
    for row in golden.rows {
      let text = try #require(row["text"]?.string)
      let plain = try golden.tokenizer.encode(text, addingSpecialTokens: false)
      #expect(plain.ids == ids(row["ids"]), "\(text.debugDescription)")
      let special = try golden.tokenizer.encode(text)
      #expect(special.ids == ids(row["with_special"]) ?? plain.ids, "\(text.debugDescription)")
    }
  }

  @Test(arguments: GoldenTokenizer.names)
  func `two texts have the ids and types that they give`(_ name: String) throws {
    let golden = try GoldenTokenizer(name)
    let pairs = try #require(golden.cases["pairs"]?.array)
    #expect(pairs.count == 3)
    for pair in pairs {
      let encoding = try golden.tokenizer.encode(
        try #require(pair["text"]?.string), try #require(pair["pair"]?.string))
      #expect(encoding.ids == ids(pair["ids"]))
      #expect(encoding.types == ids(pair["type_ids"]))
    }
  }

  @Test(arguments: GoldenTokenizer.names)
  func `ids become the text that they give, with and without special tokens`(
    _ name: String
  ) throws {
    let golden = try GoldenTokenizer(name)
    for row in golden.rows {
      let tokens = try #require(ids(row["ids"]))
      let decoded = try #require(row["decoded"]?.string)
      let kept = try golden.tokenizer.decode(tokens, keepingSpecialTokens: true)
      #expect(isExactly(kept, decoded), "\(kept.debugDescription)")
      let without = try golden.tokenizer.decode(tokens)
      #expect(
        isExactly(without, row["decoded_without_special"]?.string ?? decoded),
        "\(without.debugDescription)")
    }
  }
}
