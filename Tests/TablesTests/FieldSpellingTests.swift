import Tables
import TestSupport
import Testing

/// How numbers, truth values, dates and missing values are spelt in a table.
@Suite struct FieldSpellingTests {
  private func read(
    _ text: String, _ set: (inout DatasetReader) -> Void = { _ in }
  ) throws -> Dataset<Double> {
    var reader = DatasetReader()
    set(&reader)
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8))
    csv.decimal = reader.form.numbers.decimal
    return try reader.read(&csv)
  }

  /// A table with these fields in column a, and a target of two classes.
  private func column(_ fields: [String], _ delimiter: String = ",") -> String {
    "a\(delimiter)y\n"
      + fields.enumerated().map { "\"\($1)\"\(delimiter)\($0 % 2)\n" }.joined()
  }

  @Test(
    arguments: [
      (["true", "false", "true"], [1, 0, 1]), (["TRUE", "FALSE", "False"], [1, 0, 0]),
      (["yes", "no", "NO"], [1, 0, 0]), (["1", "0", "True"], [1, 0, 1]),
    ] as [([String], [Double])])
  func `truth values are 1 and 0`(fields: [String], values: [Double]) throws {
    #expect(try read(column(fields)).features.elements == values)
    // Without quotes the kernel reads them, and more rows than it looks at one by one.
    let plain = column(fields).replacing("\"", with: "").dropFirst(4)
    let many = "a,y\n" + String(repeating: String(plain), count: 500)
    #expect(try read(many).features.elements == (0..<500).flatMap { _ in values })
  }

  @Test(arguments: ["true,0\n2.5,1\n", "2,0\nno,1\n", "\"yes\",0\n3,1\n"])
  func `a column is truth values or numbers`(rows: String) {
    let error = #expect(throws: TableError.self) { try read("a,y\n" + rows) }
    guard case .truthsAmongNumbers = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.column == "a")
  }

  @Test(
    arguments: [
      (["False", "True"], ["TRUE", "false"], [1, 0]), (["no", "yes"], ["Yes", "no"], [1, 0]),
      (["no", "yes"], ["1", "0"], [1, 0]), (nil, ["True", "false", "1"], [1, 0, 1]),
    ] as [([String]?, [String], [Int32])])
  func `classes that are true and false are met in any spelling`(
    classes: [String]?, labels: [String], ids: [Int32]
  ) throws {
    let data = try read("x,y\n" + labels.map { "1,\($0)\n" }.joined()) {
      ($0.schema.classes, $0.outputs, $0.schema.task) = (classes, 2, .classification)
    }
    guard case .labels(let found) = data.targets else { return }
    #expect(found == ids)
  }

  @Test func `a third class or another word is no truth value`() {
    for (classes, label) in [(["no", "yes", "maybe"], "TRUE"), (["No", "Yes"], "T")] {
      #expect(throws: TableError.self) {
        try read("x,y\n1,\(label)\n") { $0.schema.classes = classes }
      }
    }
  }

  private struct Spelling: CustomTestStringConvertible {
    let fields: [String]
    let kind: OddColumn.Kind
    let remedy: [TableRemedy]
    /// What the fields are when it is said.
    let values: [Double]
    var testDescription: String { fields.joined(separator: " ") }
  }

  private static let spellings = [
    Spelling(
      fields: ["1,5", "-0,25", "7"], kind: .decimalCommas, remedy: [.decimalComma],
      values: [1.5, -0.25, 7]),
    Spelling(
      fields: ["1,5", "1,234", ",5e3"], kind: .decimalCommas, remedy: [.decimalComma],
      values: [1.5, 1.234, 500]),
    Spelling(
      fields: ["0,125", "0,250"], kind: .decimalCommas, remedy: [.decimalComma],
      values: [0.125, 0.25]),
    Spelling(
      fields: ["1,234", "12,345"], kind: .commasOrThousands, remedy: [.thousands(",")],
      values: [1234, 12345]),
    Spelling(
      fields: ["1,234.5", "1,234,567", "999"], kind: .thousands(","), remedy: [.thousands(",")],
      values: [1234.5, 1_234_567, 999]),
    Spelling(
      fields: ["1.234,5", "12.345,25", "7"], kind: .thousands("."),
      remedy: [.decimalComma, .thousands(".")], values: [1234.5, 12345.25, 7]),
    Spelling(
      fields: ["1 234", "12\u{A0}345", "1\u{202F}000.5"], kind: .thousands("space"),
      remedy: [.thousands("space")], values: [1234, 12345, 1000.5]),
    Spelling(
      fields: ["1'234", "12'345"], kind: .thousands("'"), remedy: [.thousands("'")],
      values: [1234, 12345]),
  ]

  private func form(saying remedies: [TableRemedy]) -> NumberForm {
    var form = NumberForm()
    for remedy in remedies {
      switch remedy {
      case .decimalComma: form.decimal = UInt8(ascii: ",")
      case .thousands("space"): form.thousands = .blank
      case .thousands(let mark): form.thousands = mark.utf8.first.map { .byte($0) }
      default: continue
      }
    }
    return form
  }

  @Test(arguments: spellings, [",", ";"])
  private func `numbers of another spelling are asked about, and read when it is said`(
    spelling: Spelling, delimiter: String
  ) throws {
    let text = column(spelling.fields, delimiter)
    let error = try #require(throws: TableError.self) { try read(text) }
    guard case .notNumbers(let odd, .feature) = error.reason else {
      Issue.record("\(error)")
      return
    }
    #expect(odd.kind == spelling.kind && error.remedy == spelling.remedy)
    #expect(error.column == "a" && error.line == 2)
    let data = try read(text) { $0.form.numbers = form(saying: spelling.remedy) }
    #expect(data.features.elements == spelling.values)
    // The same numbers as targets.
    let targets = "x\(delimiter)a\n" + spelling.fields.map { "1\(delimiter)\"\($0)\"\n" }.joined()
    #expect(throws: TableError.self) { try read(targets) }
    let regression = try read(targets) {
      ($0.schema.task, $0.form.numbers) = (.regression, form(saying: spelling.remedy))
    }
    guard case .values(let values) = regression.targets else { return }
    #expect(values.elements == spelling.values)
  }

  @Test func `plain records have decimal commas too`() throws {
    let rows = (0..<2000).map { "\($0),25;-\($0),5;\($0 % 2)\n" }.joined()
    let data = try read("a;b;y\n" + rows) { $0.form.numbers.decimal = UInt8(ascii: ",") }
    #expect(data.features[1999, 0] == 1999.25 && data.features[1999, 1] == -1999.5)
    // A comma between fields is none within numbers.
    #expect(throws: TableError.self) {
      try read("a,y\n" + String(repeating: "1,5,0\n", count: 9)) {
        $0.form.numbers.decimal = UInt8(ascii: ",")
      }
    }
  }

  @Test(arguments: ["1,23", "12,3456", "1,234,56", ",123", "1234,567"])
  func `thousands stand in threes`(field: String) {
    #expect(throws: TableError.self) {
      try read(column([field, "1"])) { $0.form.numbers.thousands = .byte(UInt8(ascii: ",")) }
    }
  }

  @Test func `a typographer's minus is a minus`() throws {
    #expect(try read(column(["\u{2212}1.5", "2"])).features.elements == [-1.5, 2])
  }

  @Test(arguments: [
    "2024-01-31", "2024/1/3", "31.12.2024", "12/31/24", "2024-01-31T10:15:00Z",
    "2024-01-31 10:15", "10:15:30.5", "2024-01-31T10:15:00+02:00", "Jan 1 2000", "1-Feb-99",
    "12 March 2020", "9:05 PM",
  ])
  func `dates are known, and to be dropped`(field: String) {
    let error = #expect(throws: TableError.self) { try read(column([field, field, field])) }
    guard case .notNumbers(let odd, .feature) = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(odd.kind == .dates && odd.rows == 3 && error?.remedy == [.drop("a")])
  }

  @Test(arguments: ["2024", "1-2", "12:5", "2024-01", "a-b-c", "10.1.1.256 x", "12.31"])
  func `not everything with a dash is a date`(field: String) {
    do {
      _ = try read(column([field, field, field]))
    } catch let error as TableError {
      guard case .notNumbers(let odd, _) = error.reason else { return }
      #expect(odd.kind != .dates)
    } catch {
      Issue.record("\(error)")
    }
  }

  // MARK: Missing values

  @Test(arguments: [
    "", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "null", "NULL", "None", "?",
  ])
  func `the usual words for a missing number are taken when it may be missing`(
    word: String
  ) throws {
    for text in ["a,b,y\n1,\(word),0\n3,4,1\n", "a,b,y\n1,\"\(word)\",0\n3,4,1\n"] {
      let data = try read(text) { $0.choice.fill = .mean }
      #expect(data.features[0, 1].isNaN && data.features[1, 1] == 4)
      let error = #expect(throws: TableError.self) { try read(text) }
      #expect(error?.reason == .missingValue(rows: 1) && error?.line == 2)
    }
  }

  @Test(arguments: ["-", ".", "-999", "#DIV/0!", "missing", "no"])
  func `other words mean a missing value only when that is said`(word: String) throws {
    let text = "a,w,y\n1,u,0\n\(word),\(word),1\n3,u,1\n"
    let isNumber = ["-999", "no"].contains(word)
    let plain = try? read(text) { ($0.choice.categorical, $0.choice.fill) = (["w"], .mean) }
    #expect((plain != nil) == isNumber || word == "no")
    let data = try read(text) {
      ($0.choice.categorical, $0.choice.fill) = (["w"], .mean)
      $0.form.numbers.missing = [word]
    }
    #expect(data.columns == ["a", "w=u"])
    #expect(data.features[1, 0].isNaN && data.features[1, 1] == 0)
    let recorded = try read(text) {
      ($0.choice.categorical, $0.choice.fill) = (["w"], .mean)
      $0.schema.missingWords = [word]
    }
    #expect(recorded.features.elements.count { $0.isNaN } == 1)
  }

  @Test func `a word for a missing number is a word among words`() throws {
    let data = try read("c,y\nNA,NA\nUS,DE\n") { $0.choice.categorical = ["c"] }
    #expect(data.columns == ["c=NA", "c=US"] && data.classes == ["DE", "NA"])
    #expect(data.remarks == [.missingWordIsCategory(column: "c", word: "NA")])
  }

  @Test(arguments: ["", "NA", "?"])
  func `rows without a target are counted, or left out`(word: String) throws {
    for text in [
      "a,y\n1,0\n2,\(word)\n3,1\n4,\(word)\n", "a,y\n1,0.5\n2,\(word)\n3,1\n4,\(word)\n",
    ] {
      let error = #expect(throws: TableError.self) { try read(text) }
      #expect(error?.line == 3 && error?.column == "y")
      #expect(error?.reason == .missingTarget(rows: 2) && error?.remedy == [.dropMissingTargets])
      let data = try read(text) { $0.dropsMissingTargets = true }
      #expect(data.features.elements == [1, 3] && data.remarks == [.targetsMissing(rows: 2)])
      guard case .values(let values) = data.targets else { continue }
      #expect(values.elements == [0.5, 1])
    }
    let several = try read("p,x,q\n1,2,3\n\(word),5,6\n7,8,9\n") {
      ($0.target, $0.dropsMissingTargets) = (.columns(["q", "p"]), true)
    }
    #expect(several.features.elements == [2, 8])
    let known = try read("a,y\n1,0\n2,\(word)\n3,1\n") {
      ($0.outputs, $0.schema.task, $0.dropsMissingTargets) = (3, .classification, true)
    }
    #expect(known.features.elements == [1, 3])
  }

  @Test func `a table in which no row has a target is refused`() {
    let error = #expect(throws: TableError.self) {
      try read("a,y\n1,\n2,\n") { $0.dropsMissingTargets = true }
    }
    #expect(error?.reason == .noTarget(isNameless: false))
  }

  // MARK: The first line of a spreadsheet

  @Test(arguments: ["sep=;\n", "sep=;\r\n", "\u{FEFF}sep=;\n"])
  func `a first line may say what stands between fields`(line: String) throws {
    #expect(try read(line + "a;y\n1.5;0\n2.5;1\n").features.elements == [1.5, 2.5])
    let error = #expect(throws: TableError.self) { try read(line + "a;y\n1.5;0\nx;1\n") }
    #expect(error?.line == 4)
  }
}
