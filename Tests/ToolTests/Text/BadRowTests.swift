import Foundation
import TestSupport
import Testing

/// Rows that cannot be learned from, of every kind: each is named with its line, and nothing is
/// written.
@Suite struct BadRowTests {
  struct Row: CustomTestStringConvertible {
    let about: String
    /// The file's lines; %NUL and %BAD stand for a byte 0 and for one that is no UTF-8.
    let lines: [String]
    /// The line that is named; 0 for the file.
    var line = 1
    let words: String
    var file = "rows.jsonl"
    var model = "qwen3"
    var extra: [String] = []
    var code: Int32 = 65

    var testDescription: String { about }
  }

  private static let sound = #"{"prompt": "a", "completion": "b"}"#
  private static func message(_ text: String) -> String { #"{"messages": [\#(text)]}"# }
  private static let user = #"{"role": "user", "content": "q"}"#
  private static func ids(_ text: String) -> String { #"{"input_ids": \#(text)}"# }
  private static let label = #"{"text": "a", "label": "#

  static let json = [
    Row(about: "half an object", lines: ["{"], words: "not JSON at column"),
    Row(about: "a single quote", lines: ["{'text': 'a'}"], words: "not JSON at column 2"),
    Row(about: "a byte 0", lines: ["%NUL"], words: "not JSON at column 1"),
    Row(about: "a number", lines: [sound, "3"], line: 2, words: "expected an object"),
    Row(about: "a string", lines: [sound, "\"text\""], line: 2, words: "expected an object"),
    Row(about: "null", lines: [sound, "null"], line: 2, words: "expected an object"),
    Row(about: "no known column", lines: [#"{"foo": "a"}"#], words: "no form of text data has"),
    Row(about: "nothing", lines: ["{}"], words: "no form of text data has"),
    Row(
      about: "two forms", lines: [#"{"text": "a", "prompt": "b", "completion": "c"}"#],
      words: "say which with --form completion or --form text"),
    Row(
      about: "another form", lines: [sound, #"{"text": "a"}"#], line: 2,
      words: "expected the form of the first row, prompt + completion, found text"),
    Row(about: "text that is a number", lines: [#"{"text": 3}"#], words: "expected a string"),
    Row(about: "no text", lines: [#"{"text": ""}"#], words: "column \"text\" is empty"),
    Row(about: "blank text", lines: [#"{"text": " \n"}"#], words: "column \"text\" is empty"),
    Row(about: "null text", lines: [#"{"text": null}"#], words: "\"text\" is missing"),
    Row(about: "only a prompt", lines: [#"{"prompt": "a"}"#], words: "no form of text data has"),
    Row(
      about: "an empty completion", lines: [#"{"prompt": "a", "completion": ""}"#],
      words: "column \"completion\" is empty"),
    Row(
      about: "a completion that is a number", lines: [#"{"prompt": "a", "completion": 1}"#],
      words: "\"completion\": expected a string"),
    Row(
      about: "a null prompt", lines: [#"{"prompt": null, "completion": "b"}"#],
      words: "\"prompt\" is missing"),
    Row(
      about: "an instruction without output", lines: [#"{"instruction": "a", "output": null}"#],
      words: "\"output\" is missing"),
    Row(
      about: "an input that is a list",
      lines: [#"{"instruction": "a", "input": [], "output": "b"}"#],
      words: "\"input\": expected a string"),
    Row(
      about: "a line of 20 MB", lines: ["{" + String(repeating: "a", count: 20 << 20)],
      words: "longer than 16 MiB"),
    Row(about: "no UTF-8", lines: [#"{"text": "%BAD"}"#], words: "not JSON at column"),
    Row(about: "an array without end", lines: ["[\(sound)"], words: "the array has no end"),
    Row(about: "more behind the array", lines: ["[\(sound)] 3"], words: "stands behind the array"),
    Row(about: "no rows", lines: [], line: 0, words: "the file has no rows"),
    Row(about: "blank lines", lines: ["", "", ""], line: 0, words: "the file has no rows"),
    Row(
      about: "a name that says nothing", lines: ["text"], line: 0, words: "say --format jsonl",
      file: "rows"),
    Row(
      about: "a field of no form", lines: [sound], line: 0, words: "--fields names \"question\"",
      extra: ["--fields", "question=prompt"]),
  ]

  static let conversations = [
    Row(about: "messages that are text", lines: [#"{"messages": "hi"}"#], words: "its JSON text"),
    Row(about: "no messages", lines: [message("")], words: "column \"messages\" is empty"),
    Row(about: "a message that is text", lines: [message("\"hi\"")], words: "message 1: expected"),
    Row(
      about: "a message without role", lines: [message(#"{"content": "a"}"#)],
      words: "message 1: expected an object"),
    Row(
      about: "an unknown role", lines: [message(#"{"role": "robot", "content": "a"}"#)],
      words: "the role \"robot\" is unknown"),
    Row(
      about: "no content", lines: [message(user + #", {"role": "assistant"}"#)],
      words: "message 2: \"content\" is neither"),
    Row(
      about: "an empty answer", lines: [message(user + #", {"role": "assistant", "content": ""}"#)],
      words: "message 2: the answer is empty"),
    Row(
      about: "a picture",
      lines: [message(#"{"role": "user", "content": [{"type": "image"}]}"#)],
      words: "parts that are no text"),
    Row(about: "only a question", lines: [message(user)], words: "no message of the assistant"),
    Row(
      about: "an unknown speaker",
      lines: [#"{"conversations": [{"from": "x", "value": "a"}]}"#], words: "the role \"x\""),
    Row(
      about: "a conversation that the template refuses",
      lines: [
        message(
          user + #", {"role": "tool", "content": "a"}, {"role": "assistant", "content": "b"}"#)
      ],
      words: "no tools here"),
    Row(
      about: "a template without a place for the answer",
      lines: [message(user + #", {"role": "assistant", "content": "odd"}"#)],
      words: "message 2: what the template writes to ask for it"),
  ]

  static let tokens = [
    Row(about: "no ids", lines: [ids("[]")], words: "\"input_ids\" is empty"),
    Row(about: "ids with points", lines: [ids("[1.5]")], words: "an array of whole numbers"),
    Row(about: "ids that are words", lines: [ids("[\"a\"]")], words: "an array of whole numbers"),
    Row(about: "an id beyond all", lines: [ids("[5, 96]")], words: "the id 96 is beyond"),
    Row(about: "a negative id", lines: [ids("[5, -1]")], words: "an id is negative"),
    Row(
      about: "a mask of another length", lines: [ids(#"[5, 6], "attention_mask": [1]"#)],
      words: "\"attention_mask\": 1 numbers for 2 ids"),
    Row(
      about: "types of another length", lines: [ids(#"[5, 6], "token_type_ids": [0]"#)],
      words: "\"token_type_ids\": 1 numbers for 2 ids"),
    Row(
      about: "a label beyond the vocabulary", lines: [ids(#"[5, 6], "labels": [5, 99]"#)],
      words: "the id 99 is beyond"),
    Row(
      about: "labels of another length", lines: [ids(#"[5, 6], "labels": [5]"#)],
      words: "which a language model does not foretell"),
    Row(
      about: "one token", lines: [ids("[5]")], line: 0, words: "no row has anything to learn"),
    Row(
      about: "nothing counted", lines: [ids(#"[5, 6], "labels": [-100, -100]"#)], line: 0,
      words: "no row has anything to learn"),
    Row(
      about: "too long", lines: [ids("[5, 6, 7, 8]")], words: "4 tokens, the answer begins at 1",
      extra: ["--max-tokens", "3", "--too-long", "fail"]),
  ]

  static let tables = [
    Row(
      about: "a field too few", lines: ["prompt,completion", "a"], line: 2,
      words: "1 fields where the first line names 2", file: "rows.csv"),
    Row(
      about: "a column twice", lines: ["text,text", "a,b"], line: 0, words: "text",
      file: "rows.csv"),
    Row(about: "names alone", lines: ["text"], line: 0, words: "has no rows", file: "rows.csv"),
    Row(about: "an empty table", lines: [], line: 0, words: "has no rows", file: "rows.csv"),
  ]

  static let labels = [
    Row(about: "a label for a language model", lines: [label + "1}"], words: "does not foretell"),
    Row(
      about: "no label", lines: [#"{"text": "a"}"#], words: "the row has no label",
      model: "distilbert"),
    Row(
      about: "a label of no class", lines: [label + "\"good\"}"],
      words: "the label \"good\" is none of the model's: \"LABEL_0\"", model: "distilbert"),
    Row(
      about: "a class beyond", lines: [label + "3}"], words: "the label \"3\" is none",
      model: "distilbert"),
    Row(
      about: "a value for a class", lines: [label + "0.5}"], words: "expected one class",
      model: "distilbert"),
    Row(
      about: "several for one class", lines: [label + "[1, 2]}"], words: "expected one class",
      model: "distilbert"),
    Row(about: "an empty label", lines: [label + "\"\"}"], words: "is empty", model: "distilbert"),
    Row(
      about: "an object for a label", lines: [label + "{}}"], words: "a word, a finite number",
      model: "distilbert"),
    Row(
      about: "numbers for other labels", lines: [label + "[1, 0]}"],
      words: "expected 4 numbers from 0 to 1", model: "bert-multilabel"),
    Row(
      about: "a name among several", lines: [label + "[\"x\"]}"], words: "the label \"x\" is none",
      model: "bert-multilabel"),
    Row(
      about: "a word for a value", lines: [label + "\"high\"}"], words: "expected a number",
      model: "bert-regression"),
    Row(
      about: "a segment beyond", lines: [ids(#"[5, 6], "token_type_ids": [0, 7], "labels": 0.5"#)],
      words: "segment 7", model: "bert-regression"),
  ]

  static let all = json + conversations + tokens + tables + labels

  private static let template =
    "{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools here') }}"
    + "{% endif %}<{{ 'robot' if m.content == 'odd' else m.role }}>{{ m.content }}</s>{% endfor %}"
    + "{% if add_generation_prompt %}<assistant>{% endif %}"

  private static func bytes(_ lines: [String]) -> Data {
    var data = Data(lines.map { $0 + "\n" }.joined().utf8)
    for (word, byte) in [("%NUL", UInt8(0)), ("%BAD", 0xFF)] {
      while let place = data.range(of: Data(word.utf8)) {
        data.replaceSubrange(place, with: [byte])
      }
    }
    return data
  }

  @Test func `there are at least forty kinds`() { #expect(Self.all.count >= 40) }

  @Test(arguments: all)
  func `a bad row is named with its line, and nothing is written`(row: Row) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel(row.model, in: folder, chatTemplate: Self.template)
      try folder.write(Self.bytes(row.lines), to: row.file)
      let result = try Tool.run(
        ["train", model.path, row.file, "--steps", "1", "-o", "a"] + row.extra, in: folder.root)
      #expect(result.exitCode == row.code, "\(result.errorText)")
      let place = row.line > 0 ? "\(row.file):\(row.line): " : row.file
      #expect(result.errorText.contains(place), "\(result.errorText.prefix(400))")
      #expect(result.errorText.contains(row.words), "\(result.errorText.prefix(400))")
      #expect(!FileManager.default.fileExists(atPath: folder.path("a")))
    }
  }

  @Test func `all bad rows of a file are told together, in the order of their lines`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder, chatTemplate: Self.template)
      let lines = [
        Self.ids("[5, 6]"), "{", Self.ids("[99]"), Self.ids("[]"), Self.ids("[-1, 4]"), "3",
      ]
      try folder.write(Self.bytes(lines), to: "rows.jsonl")
      let result = try Tool.run(
        ["train", model.path, "rows.jsonl", "-o", "a"], in: folder.root)
      #expect(result.exitCode == 65)
      let named = result.errorLines.compactMap { line in
        line.split(separator: "rows.jsonl:").dropFirst().first.flatMap {
          Int($0.prefix { $0.isNumber })
        }
      }
      #expect(named == [2, 3, 4, 5, 6], "\(result.errorText)")
      let many = Array(repeating: "{", count: 30)
      try folder.write(Self.bytes(many), to: "rows.jsonl")
      let counted = try Tool.run(["train", model.path, "rows.jsonl", "-o", "a"], in: folder.root)
      #expect(counted.errorLines.count == 20)
      #expect(counted.errorText.contains("and 11 more rows that cannot be used"))
    }
  }
}
