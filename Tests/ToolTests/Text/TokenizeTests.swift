import TestSupport
import Testing

@Suite struct TokenizeTests {
  private static let folder = Fixtures.path("text/tokenizers/")
  private static let llama = folder + "llama3"

  private func run(_ arguments: String..., input: String = "") throws -> ProcessResult {
    try Tool.run(["tokenize"] + arguments, input: Array(input.utf8))
  }

  @Test func `a text is a line of ids, from the command line or stdin`() throws {
    let given = try run(Self.llama, "one two")
    #expect(given.text == "714 256 86 78\n" && given.exitCode == 0)
    #expect(try run(Self.llama, input: "one two").text == given.text)
    #expect(try run(Self.llama + "/tokenizer.json", "-", input: "one two").text == given.text)
    #expect(try run(Self.llama, "--special", "one two").text == "760 714 256 86 78\n")
    #expect(try run(Self.llama, "").text == "\n")
  }

  @Test func `JSON has text, ids and pieces, and with --show the bytes`() throws {
    let report = try LooseJSON(
      parsing: run(Self.llama, "--json", "--show", "--special", "é two").output)
    #expect(report["text"]?.text == "é two")
    #expect(report["ids"]?.items?.first?.number == 760)
    #expect(report["pieces"]?[0]?.text == "<|begin_of_text|>" && report["pieces"]?[1]?.text == "Ã")
    #expect(report["spans"]?[1]?[1]?.number == 1 && report["spans"]?[2]?[1]?.number == 2)
    #expect(try LooseJSON(parsing: run(Self.llama, "--json", "x").output)["spans"] == nil)
  }

  @Test func `a table shows every token with its bytes`() throws {
    let lines = try run(Self.llama, "--show", "one two").text.split(separator: "\n")
    #expect(lines.count >= 5 && lines[0].contains("piece"))
    #expect(lines.contains { $0.contains("256") && $0.contains("\"Ġt\"") && $0.contains("\" t\"") })
  }

  @Test func `ids become text again`() throws {
    #expect(try run(Self.llama, "--decode", "714 256 86 78").text == "one two\n")
    #expect(try run(Self.llama, "--decode", input: "[760, 714,256]\n").text == "one t\n")
    #expect(
      try run(Self.llama, "--decode", "--special", "760 714").text == "<|begin_of_text|>one\n")
    let report = try LooseJSON(parsing: run(Self.llama, "--decode", "--json", "714").output)
    #expect(report["text"]?.text == "one" && report["ids"]?[0]?.number == 714)
  }

  @Test func `each line of JSON is answered by a line`() throws {
    let input = "\"one two\"\n\n{\"text\": \"a\\nb\", \"more\": 1}"
    #expect(try run(Self.llama, "--jsonl", input: input).text == "714 256 86 78\n64 198 65\n")
    let lines = try run(Self.llama, "--jsonl", "--json", input: input).text.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(try LooseJSON(parsing: Array(lines[1].utf8))["text"]?.text == "a\nb")
    let decoded = try run(
      Self.llama, "--jsonl", "--decode", input: "[64,198]\n{\"ids\":[65]}\n")
    #expect(decoded.text == "\"a\\n\"\n\"b\"\n")
  }

  @Test(arguments: [
    (["nothing-here", "x"], "", Int32(66), "nothing-here: no such file"),
    ([llama, "--decode", "9999"], "", 65, "no token has the id 9999"),
    ([llama, "--decode", "1 x"], "", 65, "\"x\" is no id"),
    ([llama, "--jsonl"], "\"a\"\n{\"txt\": 1}\n", 65, "-: line 2: expected a string"),
    ([llama, "--jsonl"], "\"a\"\nx\n", 65, "-: line 2: byte 0:"),
    ([llama, "--jsonl", "x"], "", 64, "--jsonl reads stdin"),
    ([llama, "--show", "--decode", "1"], "", 64, "exclude each other"),
  ])
  func `what is wrong is one line with its place`(
    _ arguments: [String], _ input: String, _ code: Int32, _ words: String
  ) throws {
    let result = try Tool.run(["tokenize"] + arguments, input: Array(input.utf8))
    #expect(result.exitCode == code)
    #expect(result.errorLines.count == 1)
    #expect(result.errorText.contains(words), "\(result.errorText)")
  }

  @Test func `bytes that are no UTF-8 are named`() throws {
    let result = try Tool.run(["tokenize", Self.llama], input: [0x61, 0x62, 0xFF, 0x63])
    #expect(result.exitCode == 65)
    #expect(result.errorText.contains("-: byte 2: is not valid UTF-8"), "\(result.errorText)")
  }

  @Test(arguments: [
    ("tokenizer.model", "SentencePiece's own"), ("config.json", "no tokenizer.json"),
  ])
  func `a folder without a tokenizer.json says what it has`(
    _ name: String, _ words: String
  ) throws {
    try ScratchFolder.with { folder in
      try folder.write("x", to: name)
      let result = try run(folder.root, "x")
      #expect(result.exitCode == 66 && result.errorLines.count == 1)
      #expect(result.errorText.contains(words), "\(result.errorText)")
    }
  }

  @Test func `a reader that goes away ends it quietly`() throws {
    let result = try Tool.shell(
      "yes '\"some words\"' | head -n 200000 | $LORA tokenize '\(Self.llama)' --jsonl | head -n 1; "
        + "echo ${PIPESTATUS[2]}")
    #expect(result.text.hasSuffix("\n141\n") && result.errorText.isEmpty, "\(result.errorText)")
  }
}
