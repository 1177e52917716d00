import Reports
import Testing

private let report: Report = {
  var pairs = Report()
  pairs.add("rank", "rank", .count(16))
  pairs.add(
    "pairs",
    Table(
      [("q_proj", 8), ("v_proj", 8)],
      columns: [Column("module") { $0.0 }, Column("rank", .grouped) { .integer($0.1) }]))
  var report = Report()
  report.add("kind", "kind", .text("adapter"))
  report.add("trainable_parameters", "trainable parameters", .count(1_044))
  report.add("alpha", "alpha", Quantity(.missing))
  report.add("reduction", "reduction", .ratio(256))
  report.add("adapter", title: "Adapter", pairs)
  report.add(detail: "schema", .integer(1))
  report.add(note: "That is all.")
  report.add(nil, Table([1, 2], columns: [Column("shown", .plain) { .integer($0) }]))
  report.add("none", Table([Int](), columns: []))
  report.add("seconds", "time", .seconds(1.5))
  return report
}()

@Suite struct ReportTests {
  @Test func `text shows facts in columns, groups indented, and blank lines between`() {
    #expect(
      report.text() == """
        kind                  adapter
        trainable parameters  1,044
        reduction             256x

        Adapter
          rank  16

          module  rank
          q_proj     8
          v_proj     8

        That is all.

        shown
            1
            2

        time  1.50 s

        """)
  }

  @Test func `json says the same, with raw numbers and in the same order`() {
    #expect(
      report.json.jsonText == """
        {
          "kind": "adapter",
          "trainable_parameters": 1044,
          "alpha": null,
          "reduction": 256.0,
          "adapter": {
            "rank": 16,
            "pairs": [
              {"module": "q_proj", "rank": 8},
              {"module": "v_proj", "rank": 8}
            ]
          },
          "schema": 1,
          "none": [],
          "seconds": 1.5
        }

        """)
  }

  @Test func `a report of nothing is an empty text and an empty object`() {
    #expect(Report().text() == "")
    #expect(Report().json.jsonText == "{}\n")
  }

  @Test func `on a terminal facts and notes go on below where they began`() {
    var report = Report()
    report.add("run", "a run", .text("500 steps, until 20 validations in a row are no better"))
    report.add("name", "b", .text("word-without-any-blank-in-it"))
    report.add(note: "A note that is longer than thirty columns.")
    #expect(
      report.text(width: 30) == """
        a run  500 steps, until 20
               validations in a row
               are no better
        b      word-without-any-blank-in-it

        A note that is longer than
        thirty columns.

        """)
    #expect(report.text(width: 26).hasPrefix("a run  500 steps, until 20 validations"))
  }
}
