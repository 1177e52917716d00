import Foundation
import TestSupport
import Testing

@Suite struct TextEvaluationTests {
  private struct Scores: Decodable {
    struct Row: Decodable {
      let line: Int
      let tokens: Int
      let loss: Double
    }
    let rows: Int
    let tokens: Int
    let loss: Double
    let perplexity: Double
    let by_row: [Row]
    struct Base: Decodable {
      let loss: Double
    }
    let base: Base?
    let rows_better: Int?
  }

  private static let chatTemplate =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>;{% endfor %}"
    + "{% if add_generation_prompt %}<assistant>{% endif %}"

  private func scores(_ arguments: [String], input: String = "") throws -> Scores {
    let run = try Tool.run(["eval"] + arguments + ["--json"], input: Array(input.utf8))
    #expect(run.exitCode == 0, "\(run.errorText)")
    return try JSONDecoder().decode(Scores.self, from: Data(run.output))
  }

  @Test func `the loss of a file is the mean over all its tokens`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let rows = "{\"text\": \"abc\"}\n\n{\"text\": \"a longer text\"}\n"
      let found = try scores([model.path, "-"], input: rows)
      #expect(found.by_row.map(\.line) == [1, 3])
      #expect(found.by_row.map(\.tokens) == [2, 12])
      let sum = found.by_row.reduce(0) { $0 + $1.loss * Double($1.tokens) }
      #expect(abs(sum / 14 - found.loss) < 1e-12)
      #expect(abs(log(found.perplexity) - found.loss) < 1e-12)
    }
  }

  @Test func `what a row loses does not depend on its neighbours or on threads`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("gemma2", in: folder)
      let alone = try scores([model.path, "-"], input: "{\"text\": \"a longer text\"}")
      for threads in ["1", "2", "3"] {
        let rows = "{\"text\": \"abc\"}\n{\"text\": \"a longer text\"}"
        let found = try scores([model.path, "-", "--threads", threads], input: rows)
        #expect(found.by_row[1].loss == alone.loss)
      }
    }
  }

  @Test func `of a conversation the answers count, through the token that ends them`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder, chatTemplate: Self.chatTemplate)
      let row = """
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "abc"}, \
        {"role": "user", "content": "r"}, {"role": "assistant", "content": "d"}]}
        """
      #expect(try scores([model.path, "-"], input: row).tokens == 4 + 2)
      let text = "<user>q</s>;<assistant>abc</s>;<user>r</s>;<assistant>d</s>;"
      let all = try scores([model.path, "-", "--loss", "all"], input: row)
      #expect(all.tokens == text.replacingOccurrences(of: "</s>", with: "$").count - 1)
    }
  }

  @Test func `the span that a template marks counts as it is marked`() throws {
    let template =
      "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }};"
      + "{% endgeneration %}{% else %}{{ m.content }}?{% endif %}{% endfor %}"
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder, chatTemplate: template)
      let row = """
        {"prompt": "q", "completion": "abc"}
        """
      #expect(try scores([model.path, "-"], input: row).tokens == 4)
    }
  }

  @Test func `without a template an answer stands behind its prompt and ends with the end`() throws
  {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let table = try folder.write("prompt,completion\nquestion,answer\n", to: "t.csv")
      #expect(try scores([model.path, table]).tokens == "answer".count + 1)
      let fields = try folder.write("q,a\nquestion,answer\n", to: "f.csv")
      let named = try scores([model.path, fields, "--fields", "prompt=q,completion=a"])
      #expect(named.tokens == "answer".count + 1)
    }
  }

  @Test func `ids are taken as they are, without padding`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let ids = """
        {"input_ids": [10, 11, 12, 0], "labels": [-100, 11, 12, -100], "attention_mask": [1, 1, 1, 0]}
        """
      let found = try scores([model.path, "-"], input: ids)
      #expect(found.tokens == 2)
      let text = SmallTextModel.text(of: [10, 11, 12])
      let same = try scores([model.path, "-"], input: "{\"text\": \"\(text)\"}")
      #expect(found.loss == same.loss)
    }
  }

  @Test func `an adapter is compared with the model that it goes beside`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let adapter = Fixtures.path("text/models/qwen3/expected/adapter")
      let row = "{\"text\": \"abc abc\"}"
      let both = try scores([model.path, "-", "--adapter", adapter, "--compare"], input: row)
      let alone = try scores([model.path, "-"], input: row)
      let under = try scores([model.path, "-", "--adapter", adapter], input: row)
      #expect(both.base?.loss == alone.loss)
      #expect(both.loss == under.loss)
      #expect(both.loss != alone.loss)
      #expect(both.rows_better == (both.loss < alone.loss ? 1 : 0))
    }
  }

  @Test func `columns that fit two forms are read as the one that is named`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let row = "{\"text\": \"abcd\", \"prompt\": \"p\", \"completion\": \"c\"}"
      let open = try Tool.run(["eval", model.path, "-"], input: Array(row.utf8))
      #expect(open.exitCode == 65)
      #expect(open.errorText.contains("say which with --form completion or --form text"))
      #expect(try scores([model.path, "-", "--form", "text"], input: row).tokens == 3)
      #expect(try scores([model.path, "-", "--form", "completion"], input: row).tokens == 2)
    }
  }

  @Test func `rows that cannot be used are told together`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let rows = "{\"input_ids\": [5, 6]}\n{\"input_ids\": [500, 6]}\n{\"input_ids\": [-1, 5]}\n"
      let run = try Tool.run(["eval", model.path, "-"], input: Array(rows.utf8))
      #expect(run.exitCode == 65)
      #expect(
        run.errorLines == [
          "lora: error: standard input:2: the id 500 is beyond the model's 96 tokens",
          "lora: error: standard input:3: an id is negative",
        ])
    }
  }

  @Test(arguments: [
    ("{\"text\": \"a\", \"label\": \"x\"}", "the row has a label"),
    ("{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}", "has no chat template"),
    ("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", "no message of the assistant"),
    ("{", "standard input:1: not JSON at column 2"),
    ("", "has no rows"),
  ])
  func `a row that is of no use here says why`(row: String, words: String) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let run = try Tool.run(
        ["eval", model.path, "-", "--format", "jsonl"], input: Array(row.utf8))
      #expect(run.exitCode == 65)
      #expect(run.errorText.contains(words), "\(run.errorText)")
    }
  }
}
