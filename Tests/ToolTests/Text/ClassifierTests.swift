import Containers
import Foundation
import TestSupport
import Testing

@Suite struct ClassifierTests {
  private func json(_ arguments: [String], input: String) throws -> LooseJSON {
    let run = try Tool.run(arguments + ["--json"], input: Array(input.utf8))
    #expect(run.exitCode == 0, "\(run.errorText)")
    return try LooseJSON(parsing: run.output)
  }

  private func logits(_ answer: LooseJSON) throws -> [[Double]] {
    try #require(answer["predictions"]?.items).map { row in
      try #require(row.members).sorted { left, right in
        // logit(LABEL_0) before logit(LABEL_1); there are fewer than ten.
        left.key < right.key
      }.compactMap(\.value.number)
    }
  }

  @Test(arguments: ClassifierSample.all)
  func `predict says what transformers says, with an adapter and without`(
    sample: ClassifierSample
  ) throws {
    let tolerance = try #require(sample.setting("tolerance")["logits_abs"]?.number)
    for (which, adapters) in [("base", []), ("with_adapter", ["--adapter", sample.adapter])] {
      let rows = try sample.rows(labelled: false)
      let answer = try json(["predict", sample.model, "-", "--logits"] + adapters, input: rows)
      for (found, expected) in zip(try logits(answer), try sample.logits(which)) {
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) { #expect(abs(one - other) <= tolerance) }
      }
    }
  }

  @Test(arguments: ClassifierSample.all)
  func `eval has the loss that transformers trains with`(sample: ClassifierSample) throws {
    let trace = try LooseJSON(
      parsing: Fixtures.bytes("text/models/\(sample.name)/expected/trace.json"))
    let expected = try #require(trace["loss_f64"]?[0]?.number)
    let tolerance = try #require(sample.setting("tolerance")["loss_rel"]?.number)
    let found = try json(
      ["eval", sample.model, "-", "--adapter", sample.adapter, "--compare", "--confusion"],
      input: sample.rows())
    let loss = try #require(found["loss"]?.number)
    #expect(abs(loss - expected) <= tolerance * max(expected, 0.1))
    let alone = try json(["eval", sample.model, "-"], input: sample.rows())
    #expect(found["base"]?["loss"] == alone["loss"])
    #expect(found["by_row"]?.items?.count == 3)
    #expect(alone["rows"]?.number == 3)
  }

  @Test func `the classes named, their F1 and the confusion follow from the outputs`() throws {
    let sample = ClassifierSample(name: "roberta")
    let found = try json(["eval", sample.model, "-", "--confusion"], input: sample.rows())
    let rows = try #require(found["by_row"]?.items)
    let guesses = try sample.logits("base").map { row in
      "LABEL_\(row.indices.max { row[$0] < row[$1] } ?? 0)"
    }
    #expect(rows.map { $0["predicted"]?.text } == guesses)
    let right = rows.count { $0["label"] == $0["predicted"] }
    #expect(found["accuracy"]?.number == Double(right) / 3)
    let confusion = try #require(found["confusion"]?.items)
    let total = confusion.reduce(0.0) { sum, row in
      sum + (row["predicted"]?.members?.values.reduce(0) { $0 + ($1.number ?? 0) } ?? 0)
    }
    #expect(total == 3)
    #expect(found["macro_f1"]?.number != nil)
  }

  @Test func `of several labels the ones more probable than not are named`() throws {
    let sample = ClassifierSample(name: "bert-multilabel")
    let answer = try json(["predict", sample.model, "-"], input: sample.rows(labelled: false))
    for (row, logits) in zip(
      try #require(answer["predictions"]?.items), try sample.logits("base"))
    {
      let named = try #require(row["classes"]?.items).map(\.text)
      #expect(named == logits.indices.filter { logits[$0] > 0 }.map { "LABEL_\($0)" })
      for (index, logit) in logits.enumerated() {
        let probability = try #require(row["p(LABEL_\(index))"]?.number)
        #expect(abs(probability - 1 / (1 + exp(-logit))) < 1e-5)
      }
    }
  }

  @Test func `a row does not depend on the others, on padding or on threads`() throws {
    let sample = ClassifierSample(name: "llama-classify")
    let rows = try sample.rows(labelled: false)
    let all = try json(["predict", sample.model, "-", "--logits"], input: rows)
    var single: [LooseJSON] = []
    for (line, threads) in zip(rows.split(separator: "\n"), ["1", "2", "3"]) {
      let one = try json(
        ["predict", sample.model, "-", "--logits", "--threads", threads], input: String(line))
      single += try #require(one["predictions"]?.items)
    }
    #expect(all["predictions"]?.items == single)
  }

  @Test func `the head that an adapter brings stands behind a model that has none`() throws {
    let sample = ClassifierSample(name: "llama-classify")
    try ScratchFolder.with { folder in
      let headed = try folder.copy(sample.model, as: "headed")
      let bare = try folder.copy(sample.model, as: "bare")
      let file = "\(bare)/config.json"
      let config = try String(contentsOfFile: file, encoding: .utf8)
        .replacing("LlamaForSequenceClassification", with: "LlamaForCausalLM")
        .replacing("\"tie_word_embeddings\": false", with: "\"tie_word_embeddings\": true")
      try Data(config.utf8).write(to: URL(fileURLWithPath: file))
      let adapter = ["--adapter", sample.adapter, "--logits"]
      let rows = try sample.rows(labelled: false)
      let expected = try logits(json(["predict", headed, "-"] + adapter, input: rows))
      #expect(try logits(json(["predict", bare, "-"] + adapter, input: rows)) == expected)
      let alone = try Tool.run(["predict", bare, "-"], input: Array(rows.utf8))
      #expect(alone.exitCode == 65)
      #expect(alone.errorText.contains("name the adapter that brings one with --adapter"))
      let compared = try Tool.run(
        ["eval", bare, "-", "--adapter", sample.adapter, "--compare"],
        input: Array(sample.rows().utf8))
      #expect(compared.exitCode == 65)
      #expect(compared.errorText.contains("leave out --compare"))
    }
  }

  @Test func `columns that are named stand in front, and an output is kept without force`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("llama-classify", in: folder)
      let rows = try folder.write(
        "{\"id\": 7, \"text\": \"abc\"}\n{\"id\": \"x\", \"text\": \"\", \"label\": 1}\n",
        to: "rows.jsonl")
      let output = folder.path("out.csv")
      let arguments = ["predict", model.path, rows, "--form", "text", "--id", "id"]
      // Without a beginning of its own an empty text has no token.
      let empty = try Tool.run(arguments + ["-o", output])
      #expect(empty.exitCode == 65)
      #expect(empty.errorText.contains("rows.jsonl:2: there are no tokens"))
      #expect(!FileManager.default.fileExists(atPath: output))
      try folder.write("{\"id\": 7, \"text\": \"abc\"}\n", to: "rows.jsonl")
      #expect(try Tool.run(arguments + ["-o", output]).exitCode == 0)
      let text = try String(contentsOfFile: output, encoding: .utf8)
      #expect(text.hasPrefix("id,class,p(LABEL_0),p(LABEL_1),p(LABEL_2)\n7,LABEL_"))
      #expect(try Tool.run(arguments + ["-o", output]).exitCode == 73)
      let forced = try Tool.run(arguments + ["-o", output, "--force", "--json"])
      #expect(try LooseJSON(parsing: forced.output)["rows"]?.number == 1)
    }
  }

  @Test(arguments: [
    ("{\"text\": \"a\"}", "expected a column \"label\""),
    ("{\"text\": \"a\", \"label\": \"x\"}", "the label \"x\" is none of the model's"),
    ("{\"text\": \"a\", \"label\": 3}", "the label \"3\" is none of the model's"),
    ("{\"text\": \"a\", \"label\": [0, 1]}", "expected one class"),
    ("{\"input_ids\": [500], \"labels\": [1, 0]}", "token 1 is 500"),
    ("{\"prompt\": \"a\", \"completion\": \"b\"}", "expected a column \"text\""),
  ])
  func `a row that a classifier cannot be measured on says why`(row: String, words: String) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("llama-classify", in: folder)
      let run = try Tool.run(
        ["eval", model.path, "-", "--format", "jsonl"], input: Array(row.utf8))
      #expect(run.exitCode == 65)
      #expect(run.errorText.contains("standard input:1: "), "\(run.errorText)")
      #expect(run.errorText.contains(words), "\(run.errorText)")
    }
  }
}
