import Tensors
import Testing

@testable import Text

@Suite struct TokenizerRefusalTests {
  private static let model =
    #""model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}"#

  private func refusal(_ json: String) -> String {
    let error = #expect(throws: TokenizerError.self) {
      try Tokenizer(json: Array(json.utf8), file: "m/tokenizer.json")
    }
    #expect(error?.category == .badData)
    return error?.description ?? ""
  }

  @Test(arguments: [
    ("", "byte 0: the JSON ends too early"), ("[]", "byte 0: an object is expected"),
    ("{} x", "byte 3: more text follows"), ("{}", "\"model\" is missing"),
    (#"{"model": null}"#, "model: expected an object, found null"),
    (#"{"extra": 1}"#, #""extra" is not supported"#),
    (#"{"version": "2.0", \#(model)}"#, #"version: "2.0" is not supported; supported: 1.0"#),
    (#"{"model": {"type": "BPE"}}"#, #"model: "vocab" is missing"#),
    (#"{"model": {"type": "BPE", "vocab": {}}}"#, #"model: "merges" is missing"#),
    (#"{"model": {"type": "WordLevel", "vocab": {}}}"#, #"model: "WordLevel" is not supported"#),
    (#"{"model": {"vocab": {}}}"#, #"model: "type" is missing"#),
    (#"{"model": {"type": "BPE", "vocab": [["a", 1]], "merges": []}}"#, "model.vocab: expected an"),
    (#"{"model": {"type": "Unigram", "vocab": {"a": 1}}}"#, "model.vocab: expected a list"),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}}"#,
      "byte 44: the key \"a\" is there twice"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}"#,
      #"model.vocab: "b" and "a" have the same id, 0"#
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 4294967295}, "merges": []}}"#,
      #"model.vocab: "a" has the id 4294967295, expected 0 to 16777215"#
    ),
    (#"{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}"#, "has the id -1"),
    (#"{"model": {"type": "BPE", "vocab": {"a": 1e99}, "merges": []}}"#, "has the id 1e99"),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a x"]}}"#,
      #"model.merges[0]: "x" is not in the vocabulary"#
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [["a", "b"]]}}"#,
      #"model.merges[0]: "ab" is not in the vocabulary"#
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a a a"]}}"#,
      #"model.merges[0]: "a a a" is no two tokens"#
    ),
    (#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}}"#, "a comma is expected"),
    (
      #"{"model": {"type": "BPE", "vocab": {}, "merges": [], "unk_token": "?"}}"#,
      #"model.unk_token: "?" is not in the vocabulary"#
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {}, "merges": [], "dropout": 0.1}}"#,
      "a matter of chance"
    ),
    (
      #"{"model": {"type": "BPE", "vocab": {}, "merges": [], "fuse_unk": 3}}"#,
      "model.fuse_unk: expected true or false"
    ),
    (
      #"{"model": {"type": "Unigram", "vocab": [["a", 0], ["a", 1]]}}"#,
      #"model.vocab[1]: "a" is there twice"#
    ),
    (
      #"{"model": {"type": "Unigram", "vocab": [["a", 1e999]]}}"#, "model.vocab[0]: the score 1e999"
    ),
    (#"{"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": 7}}"#, "7 is more than 0"),
  ])
  func `a broken file or model is refused with its place`(_ json: String, _ words: String) {
    let line = refusal(json)
    #expect(line.hasPrefix("m/tokenizer.json: ") && line.contains(words), "\(line)")
    #expect(!line.contains("\n"))
  }

  @Test(arguments: [
    (#""normalizer": {"type": "NFKD"}"#, #"normalizer: "NFKD" is not supported"#),
    (
      #""normalizer": {"type": "Sequence", "normalizers": [\#(doubling)]}"#,
      "normalizer: could make a text more than 4096 times as long"
    ),
    (#""normalizer": {}"#, #"normalizer: "type" is missing"#),
    (
      #""normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]}"#,
      #"normalizer.normalizers[1]: "Nmt" is not supported"#
    ),
    (#""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA?"}"#, "is not Base64"),
    (#""normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="}"#, "its trie of"),
    (
      #""normalizer": {"type": "Replace", "pattern": {"Regex": "(a"}, "content": ""}"#,
      #"normalizer.pattern.Regex: "(a" at character"#
    ),
    (
      #""normalizer": {"type": "Replace", "pattern": {"String": ""}, "content": ""}"#,
      "an empty text"
    ),
    (#""pre_tokenizer": {"type": "UnicodeScripts"}"#, #""UnicodeScripts" is not supported"#),
    (
      #""pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\bx"}, "behavior": "Isolated", "invert": false}"#,
      #"pre_tokenizer.pattern.Regex: "\\bx" at character 1 of the pattern: "\b" is not supported"#
    ),
    (
      #""pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Lost", "invert": false}"#,
      #"pre_tokenizer.behavior: "Lost" is not supported"#
    ),
    (#""pre_tokenizer": {"type": "Metaspace", "replacement": "__"}"#, "expected one character"),
    (#""decoder": {"type": "CTC"}"#, #"decoder: "CTC" is not supported"#),
    (#""post_processor": {"type": "Other"}"#, #"post_processor: "Other" is not supported"#),
    (
      #""post_processor": {"type": "BertProcessing", "cls": ["c", 9], "sep": ["s", 0]}"#,
      "post_processor: no token has the id 9"
    ),
    (
      #""post_processor": {"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}}"#,
      "post_processor.pair: both texts"
    ),
    (
      #""added_tokens": [{"id": 0, "content": "<x>", "special": true}]"#,
      #""single_word" is missing"#
    ),
    (#""added_tokens": [\#(token(9, "<x>"))]"#, #""<x>" has the id 9, expected the next, 3"#),
    (#""added_tokens": [\#(token(0, "<x>"))]"#, #"the id 0 is also that of "a""#),
    (#""added_tokens": [\#(token(1, "a"))]"#, #""a" has the id 1, and 0 in the vocabulary"#),
    (#""added_tokens": [\#(token(3, "<x>")), \#(token(3, "<x>"))]"#, "added_tokens[1]:"),
  ])
  func `a part that is not known, or does not fit, is refused with its place`(
    _ part: String, _ words: String
  ) {
    let line = refusal("{\(part), \(Self.model)}")
    #expect(line.contains(words), "\(line)")
    #expect(!line.contains("\n"))
  }

  /// Replacements of which each makes a text longer.
  private static let doubling = Array(
    repeating: #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}"#, count: 30
  ).joined(separator: ", ")

  private static func token(_ id: Int, _ content: String) -> String {
    #"{"id": \#(id), "content": "\#(content)", "single_word": false, "lstrip": false, "#
      + #""rstrip": false, "normalized": false, "special": true}"#
  }

  @Test func `truncation and padding are not ours to do`() throws {
    let parts = #""truncation": {"max_length": 1}, "padding": {"strategy": {"Fixed": 9}}"#
    let tokenizer = try Tokenizer(json: Array("{\(parts), \(Self.model)}".utf8), file: "t")
    #expect(try tokenizer.encode("abab").ids == [2, 2])
  }

  @Test func `older files that do not name their model are read`() throws {
    let model = Self.model.replacing(#""type": "BPE", "#, with: "")
    let tokenizer = try Tokenizer(json: Array("{\(model)}".utf8), file: "t")
    #expect(try tokenizer.encode("aab").ids == [0, 2])
  }

  @Test func `a text that no token stands for is refused where nothing stands for the unknown`()
    throws
  {
    let json = #"{"model": {"type": "Unigram", "vocab": [["a", 0]], "unk_id": null}}"#
    let tokenizer = try Tokenizer(json: Array(json.utf8), file: "t")
    #expect(try tokenizer.encode("aa").ids == [0, 0])
    #expect(throws: TokenizerError.self) { try tokenizer.encode("ab") }
  }

  @Test func `an id that no token has is refused`() throws {
    let tokenizer = try Tokenizer(json: Array("{\(Self.model)}".utf8), file: "t")
    let error = #expect(throws: TokenizerError.self) { try tokenizer.decode([0, 3]) }
    #expect(error?.description == "t: no token has the id 3; ids go up to 2")
  }
}
