import Tensors
import Testing

@testable import Text

@Suite struct TextRecordTests {
  /// Every row that can be used; `piece` bytes are read at a time.
  private func records(
    _ text: String, _ format: TextRecordReader.Format? = .jsonl, form: TextForm? = nil,
    fields: [String: String] = [:], piece: Int = 7
  ) throws -> [TextRecord] {
    var reader = try reader(text, format, form: form, fields: fields, piece: piece)
    var records: [TextRecord] = []
    while let record = try reader.next() { records.append(record) }
    try reader.finish()
    return records
  }

  private func reader(
    _ text: String, _ format: TextRecordReader.Format? = .jsonl, form: TextForm? = nil,
    fields: [String: String] = [:], piece: Int = 7
  ) throws -> TextRecordReader {
    var rest = Array(text.utf8)[...]
    return try TextRecordReader(file: "data", format: format, form: form, fields: fields) { bytes in
      bytes += rest.prefix(piece)
      defer { rest = rest.dropFirst(piece) }
      return min(piece, rest.count)
    }
  }

  @Test(arguments: [
    (#"{"text": "a b"}"#, TextRecord.Content.text("a b")),
    (#"{"text": "a", "label": "x"}"#, .labelled(text: "a", pair: nil, label: .name("x"))),
    (
      #"{"text": "a", "text_pair": "b", "label": 2}"#,
      .labelled(text: "a", pair: "b", label: .int(2))
    ),
    (
      #"{"text": "a", "label": [0.5, 1]}"#,
      .labelled(text: "a", pair: nil, label: .list([.value(0.5), .int(1)]))
    ),
    (
      #"{"prompt": "p", "completion": "c", "system": "s"}"#,
      .answer(system: "s", prompt: "p", completion: "c")
    ),
    (
      #"{"instruction": "do", "input": "this", "output": "o"}"#,
      .answer(system: nil, prompt: "do\nthis", completion: "o")
    ),
    (
      #"{"instruction": "do", "input": "", "output": "o"}"#,
      .answer(system: nil, prompt: "do", completion: "o")
    ),
    (
      #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
      .conversation(
        messages: [["role": "user", "content": "q"], ["role": "assistant", "content": "a"]],
        tools: .null)
    ),
    (
      #"{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}"#,
      .conversation(
        messages: [["role": "user", "content": "q"], ["role": "assistant", "content": "a"]],
        tools: .null)
    ),
    (
      #"{"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]}"#,
      .conversation(
        messages: [["role": "user", "content": "q"], ["role": "assistant", "content": "a"]],
        tools: .null)
    ),
    (
      #"{"input_ids": [1, 2], "labels": [-100, 2], "attention_mask": [1, 1], "step": 1}"#,
      .tokens(
        TokenRow(ids: [1, 2], labels: .tokens([-100, 2]), attentionMask: [1, 1], tokenTypes: nil))
    ),
    (
      #"{"input_ids": [1, 2, 3], "labels": 2}"#,
      .tokens(TokenRow(ids: [1, 2, 3], labels: .row(.int(2)), attentionMask: nil, tokenTypes: nil))
    ),
    (
      #"{"input_ids": [1, 2], "labels": [0.0, 1.0]}"#,
      .tokens(
        TokenRow(
          ids: [1, 2], labels: .row(.list([.value(0), .value(1)])), attentionMask: nil,
          tokenTypes: nil))
    ),
  ])
  func `each form is found by its columns`(line: String, content: TextRecord.Content) throws {
    for text in [line, "\n\n" + line + "\r\n", "[" + line + "]", "\u{FEFF}" + line] {
      for piece in [1, 3, 1000] {
        #expect(try records(text, piece: piece).map(\.content) == [content])
      }
    }
  }

  @Test func `rows keep their lines, in lines and in an array`() throws {
    let lines = "{\"text\": \"a\"}\n\n{\"text\": \"b\"}\n"
    #expect(try records(lines).map(\.line) == [1, 3])
    let array = "[\n  {\"text\":\n    \"a]}\\\"\"},\n\n  {\"text\": \"b\"}\n]\n"
    #expect(try records(array, nil).map(\.line) == [2, 5])
  }

  @Test func `a table has the same forms, and messages as JSON in a field`() throws {
    let table = "prompt,completion\nq,\"a, b\"\n\nr,c\n"
    #expect(
      try records(table, .csv) == [
        TextRecord(line: 2, content: .answer(system: nil, prompt: "q", completion: "a, b")),
        TextRecord(line: 4, content: .answer(system: nil, prompt: "r", completion: "c")),
      ])
    let messages = #"messages"# + "\n" + #""[{""role"": ""assistant"", ""content"": ""a""}]""#
    #expect(
      try records(messages, .csv).map(\.content) == [
        .conversation(messages: [["role": "assistant", "content": "a"]], tools: .null)
      ])
  }

  @Test func `plain text is one row`() throws {
    #expect(
      try records("a\r\n\nb", .txt) == [TextRecord(line: 1, content: .text("a\n\nb"))])
  }

  @Test func `columns are renamed to a form's`() throws {
    let row = #"{"question": "q", "answer": "a", "prompt": "other"}"#
    #expect(
      try records(row, fields: ["prompt": "question", "completion": "answer"]).map(\.content) == [
        .answer(system: nil, prompt: "q", completion: "a")
      ])
    #expect(throws: TextDataError.self) { try records(row, fields: ["quest": "question"]) }
  }

  @Test(arguments: [
    ("{\"text\": \"a\"", "data:1: not JSON at column 13"),
    ("[1]", "data:1: expected an object with named columns"),
    ("7", "data:1: expected an object"),
    ("{\"txt\": \"a\"}", "data:1: no form of text data has the columns \"txt\""),
    (
      "{\"text\": \"a\", \"prompt\": \"p\", \"completion\": \"c\"}",
      "data:1: the columns fit \"prompt + completion\" and \"text\""
    ),
    ("{\"text\": 3}", "data:1: column \"text\": expected a string"),
    ("{\"text\": \" \\n\"}", "data:1: column \"text\" is empty"),
    ("{\"prompt\": \"p\", \"completion\": \"\"}", "column \"completion\" is empty"),
    ("{\"text\": \"a\", \"label\": {}}", "column \"label\": expected a word"),
    ("{\"messages\": []}", "column \"messages\" is empty"),
    ("{\"messages\": \"x\"}", "column \"messages\": expected an array"),
    ("{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}]}", "no message of the assistant"),
    (
      "{\"messages\": [{\"role\": \"bot\", \"content\": \"q\"}]}",
      "message 1: the role \"bot\" is unknown"
    ),
    ("{\"messages\": [{\"content\": \"q\"}]}", "message 1: expected an object with \"role\""),
    (
      "{\"messages\": [{\"role\": \"assistant\", \"content\": \"\"}]}",
      "message 1: the answer is empty"
    ),
    (
      "{\"messages\": [{\"role\": \"assistant\", \"content\": 3}]}", "is neither a string nor parts"
    ),
    (
      "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image\"}]}]}",
      "parts that are no text"
    ),
    ("{\"input_ids\": []}", "column \"input_ids\" is empty"),
    ("{\"input_ids\": [1.5]}", "column \"input_ids\": expected an array of whole numbers"),
    ("{\"input_ids\": [1, 2], \"attention_mask\": [1]}", "\"attention_mask\": 1 numbers for 2 ids"),
    ("", "data: the file has no rows"),
    ("\n \n", "data: the file has no rows"),
  ])
  func `a row that cannot be used says why`(text: String, problem: String) {
    #expect {
      try records(text)
    } throws: { error in
      "\(error)".contains(problem)
    }
  }

  @Test func `all rows that cannot be used are told together`() throws {
    let rows =
      ["{\"text\": \"a\"}", "{", "{\"text\": \"b\"}", "{\"txt\": 1}"]
      + [String](repeating: "x", count: 30)
    var reader = try reader(rows.joined(separator: "\n"))
    var texts: [TextRecord.Content] = []
    while let record = try reader.next() { texts.append(record.content) }
    #expect(texts == [.text("a"), .text("b")])
    #expect {
      try reader.finish()
    } throws: { error in
      guard let list = error as? ErrorList else { return false }
      return list.lines.count == TextRecordReader.listedProblems + 1
        && list.lines[0].hasPrefix("data:2: not JSON")
        && list.lines[1].hasPrefix("data:4: expected the form of the first row, text")
        && list.lines[20] == "data: and 12 more rows that cannot be used"
    }
  }

  @Test func `a row that is too long is passed over with its line`() throws {
    let long = String(repeating: "a", count: TextRecordReader.rowLimit)
    var reader = try reader(
      "{\"text\": \"a\"}\n{\"text\": \"\(long)\"}\n{\"text\": \"b\"}", piece: 1 << 20)
    var lines: [Int] = []
    while let record = try reader.next() { lines.append(record.line) }
    #expect(lines == [1, 3])
    #expect {
      try reader.finish()
    } throws: { error in
      "\(error)" == "data:2: the row is longer than 16 MiB"
    }
  }

  @Test(arguments: [
    ("[{\"text\": \"a\"}", "the array has no end"),
    ("[{\"text\": \"a\"}] x", "something stands behind"),
    ("\"text\"", "its name does not say"),
  ])
  func `a file that is no array and no lines is refused`(text: String, problem: String) {
    #expect {
      try records(text, nil)
    } throws: { error in
      "\(error)".contains(problem)
    }
  }

  @Test(arguments: [
    ("a.jsonl", TextRecordReader.Format.jsonl), ("a.JSON.gz", .jsonl), ("b/a.csv.gz", .csv),
    ("a.tsv", .csv), ("a.txt", .txt),
  ])
  func `a name tells how a file is written`(name: String, format: TextRecordReader.Format) {
    #expect(TextRecordReader.Format(fileName: name) == format)
    #expect(TextRecordReader.Format(fileName: "data") == nil)
  }
}
