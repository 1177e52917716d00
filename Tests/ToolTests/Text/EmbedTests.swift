import Foundation
import TestSupport
import Testing

@Suite struct EmbedTests {
  /// A row of the fixture, with its vectors by transformers in f64.
  private struct Row: Decodable {
    let ids: [Int]
    let cls: [Double]
    let mean: [Double]
    let last: [Double]

    func vector(_ kind: String) -> [Double] {
      switch kind {
      case "cls": cls
      case "last": last
      default: mean
      }
    }
  }

  private let golden: [String: [Row]]

  init() throws {
    golden = try Fixtures.json("text/embeddings.json")
  }

  private func vectors(_ arguments: [String], _ rows: [Row]) throws -> [[Double]] {
    let lines = rows.map { "{\"input_ids\": \($0.ids)}\n" }.joined()
    let run = try Tool.run(["embed"] + arguments + ["--json"], input: Array(lines.utf8))
    #expect(run.exitCode == 0, "\(run.errorText)")
    let found = try LooseJSON(parsing: run.output)
    return try #require(found["embeddings"]?.items).map { row in
      try #require(row["embedding"]?.items).compactMap(\.number)
    }
  }

  @Test(
    arguments: ["bert-regression", "modernbert", "qwen3"], ["cls", "mean", "last"])
  func `the vector of a text is the one that transformers makes`(
    model: String, kind: String
  ) throws {
    let rows = try #require(golden[model])
    let folder = Fixtures.path("text/models/\(model)/base")
    let found = try vectors([folder, "-", "--pooling", kind, "--no-normalize"], rows)
    for (found, row) in zip(found, rows) {
      #expect(found.count == row.cls.count)
      for (one, other) in zip(found, row.vector(kind)) { #expect(abs(one - other) < 2e-5) }
    }
    let unit = try vectors([folder, "-", "--pooling", kind], rows)
    for (one, whole) in zip(unit, found) {
      let length = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (one, whole) in zip(one, whole) { #expect(abs(one - whole / length) < 1e-6) }
    }
  }

  @Test func `the folder says which vector is taken, and how long a text may be`() throws {
    let rows = try #require(golden["bert-regression"])
    try ScratchFolder.with { folder in
      let model = try folder.copy(Fixtures.path("text/models/bert-regression/base"), as: "m")
      try folder.write(
        """
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        """, to: "m/modules.json")
      try folder.write(
        "{\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}",
        to: "m/1_Pooling/config.json")
      let found = try vectors([model, "-"], rows)
      #expect(found == (try vectors([model, "-", "--pooling", "cls", "--no-normalize"], rows)))
      try folder.write("{\"max_seq_length\": 4}", to: "m/sentence_bert_config.json")
      let run = try Tool.run(
        ["embed", model, "-"], input: Array("{\"input_ids\": [5, 6, 7, 8, 9]}".utf8))
      #expect(run.exitCode == 0)
      #expect(run.errorText.contains("the end of 1 row was cut off"))
      try folder.write("{\"pooling_mode_max_tokens\": true}", to: "m/1_Pooling/config.json")
      let refused = try Tool.run(["embed", model, "-"])
      #expect(refused.exitCode == 65)
      #expect(refused.errorText.contains("found pooling_mode_max_tokens"))
    }
  }

  @Test func `a table has a column for each number behind those that are kept`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let rows = try folder.write("name,text\n\"a, b\",some text\n", to: "t.csv")
      let run = try Tool.run(["embed", model.path, rows, "--id", "name"])
      #expect(run.exitCode == 0, "\(run.errorText)")
      let lines = run.text.split(separator: "\n")
      #expect(lines[0].hasPrefix("name,e0,e1,e2,"))
      #expect(lines[1].hasPrefix("\"a, b\","))
    }
  }
}
