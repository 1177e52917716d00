import Reports
import Testing

private struct Row {
  let name: String
  let count: Int
  let share: Double?
}

private let columns = [
  Column<Row>("name") { $0.name },
  Column("parameters", .grouped) { .integer($0.count) },
  Column("share", unit: "of all", .percent) { $0.share.map(Value.number) ?? .missing },
]

private let rows = [
  Row(name: "model.embed_tokens.weight", count: 131_072_000, share: 0.0195),
  Row(name: "größe", count: 7, share: nil),
  Row(name: "重み, \"w\"", count: -1200, share: 1),
]

@Suite struct TableTests {
  @Test func `text is aligned by what a terminal shows`() {
    #expect(
      Table(rows, columns: columns).text() == """
        name                        parameters  share (of all)
        model.embed_tokens.weight  131,072,000          1.95 %
        größe                                7
        重み, "w"                       -1,200           100 %
        """)
  }

  @Test func `a narrow terminal cuts the widest text in its middle`() {
    #expect(
      Table(rows, columns: columns).text(width: 48)
        == """
        name                  parameters  share (of all)
        model.emb…ns.weight  131,072,000          1.95 %
        größe                          7
        重み, "w"                 -1,200           100 %
        """)
  }

  @Test func `however narrow the terminal, sixteen columns of the text stay`() {
    let text = Table(rows, columns: columns).text(width: 10)
    #expect(text.split(separator: "\n")[1].hasPrefix("model.e…s.weight  131,072,000"))
  }

  @Test func `json keeps the order of columns and the numbers as numbers`() {
    #expect(
      Table(rows, columns: columns).json.jsonText == """
        [
          {"name": "model.embed_tokens.weight", "parameters": 131072000, "share": 0.0195},
          {"name": "größe", "parameters": 7, "share": null},
          {"name": "重み, \\"w\\"", "parameters": -1200, "share": 1.0}
        ]

        """)
  }

  @Test(arguments: [
    ([0.132, 0.13, 0.25], ["13.2 %", "13.0 %", "25.0 %"]),
    ([0.13, 0.25, 1], ["13 %", "25 %", "100 %"]),
  ])
  func `a column keeps the zeros beside numbers with places`(shares: [Double], texts: [String]) {
    let table = Table(shares, columns: [Column("lost_share", .percent) { .number($0) }])
    let lines = table.text().split(separator: "\n").map { $0.drop { $0 == " " } }
    #expect(lines.map(String.init) == ["lost share"] + texts)
    #expect(table.json == .array(shares.map { .object([.init("lost_share", .number($0))]) }))
  }

  @Test func `a heading of its own stands in the text alone`() {
    let table = Table([1.5], columns: [Column("a_b", label: "a_b", .plain) { .number($0) }])
    #expect(table.text() == "a_b\n1.5" && table.csv == "a_b\n1.5\n")
  }

  @Test func `csv quotes what needs it`() {
    #expect(
      Table(rows, columns: columns).csv == """
        name,parameters,share
        model.embed_tokens.weight,131072000,0.0195
        größe,7,
        "重み, ""w""\",-1200,1.0

        """)
  }

  @Test(arguments: [
    ("", ""), ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""), (" a", "\" a\""),
    ("a ", "\"a \""),
  ])
  func `a field of a csv file can hold anything`(_ text: String, _ field: String) {
    #expect(csvField(text) == field)
  }

  @Test func `a table without rows has its headings`() {
    let table = Table([Row](), columns: columns)
    #expect(table.text() == "name  parameters  share (of all)")
    #expect(table.csv == "name,parameters,share\n")
    #expect(table.json.jsonText == "[]\n")
  }

  @Test(arguments: ["e\u{301}", "é", "重", "👩‍👩‍👧", "❤️", "ｆ", "한", "\u{200B}x"])
  func `every letter takes the columns that a terminal gives it`(_ letter: String) {
    let widths: [String: Int] = ["重": 2, "👩‍👩‍👧": 2, "❤️": 2, "ｆ": 2, "한": 2]
    let table = Table(
      [letter], columns: [Column("h") { $0 }, Column("n", .plain) { _ in .integer(1) }])
    let blanks = table.text().split(separator: "\n")[0].dropFirst().dropLast()
    #expect(blanks.count == max(1, widths[letter] ?? 1) + 1)
  }
}
