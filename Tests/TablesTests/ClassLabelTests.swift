import Tables
import TestSupport
import Testing

/// Which class a label of a table is.
@Suite struct ClassLabelTests {
  private func read(
    _ labels: [String], _ set: (inout DatasetReader) -> Void = { _ in }
  ) throws -> Dataset<Float> {
    var reader = DatasetReader()
    set(&reader)
    let text = "x,y\n" + labels.map { "1,\($0)\n" }.joined()
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8))
    return try reader.read(&csv)
  }

  private func ids(_ data: Dataset<Float>) -> [Int32]? {
    guard case .labels(let ids) = data.targets else { return nil }
    return ids
  }

  @Test(
    arguments: [
      (["1", "2"], [1, 2]), (["2.0", "1.0"], [2, 1]), (["+1", "1.", "01", "-0"], [1, 1, 1, 0]),
      (["3.00"], [3]),
    ] as [([String], [Int32])])
  func `a whole number is a network's class of that id, however it is spelt`(
    labels: [String], expected: [Int32]
  ) throws {
    let data = try read(labels) { ($0.outputs, $0.schema.task) = (4, .classification) }
    #expect(ids(data) == expected)
    #expect(data.classes == nil)
  }

  @Test(arguments: [
    ("rose", TableError.Reason.wordForId("rose", classes: 4)),
    ("4.0", .labelOutOfRange("4.0", classes: 4)), ("-1", .labelOutOfRange("-1", classes: 4)),
    ("1.5", .labelOutOfRange("1.5", classes: 4)),
    ("99999999999999999999", .labelOutOfRange("99999999999999999999", classes: 4)),
  ])
  func `a label that is no id of the network is refused`(
    label: String, reason: TableError.Reason
  ) {
    #expect(throws: TableError(file: "t.csv", line: 3, column: "y", reason)) {
      try read(["0", label]) { ($0.outputs, $0.schema.task) = (4, .classification) }
    }
  }

  @Test func `names that are numbers are met by value, words by their letters`() throws {
    func known(_ labels: String...) throws -> [Int32]? {
      try ids(
        read(labels) {
          ($0.schema.classes, $0.outputs) = (["-1", "007", "12", "x"], 4)
          $0.schema.task = .classification
        })
    }
    #expect(try known("7", "-1.0", "x", "012", "007") == [1, 0, 3, 2, 1])
    let error = #expect(throws: TableError.self) { try known("12", "0") }
    #expect(error?.reason == .unknownLabel("0", known: ["-1", "007", "12", "x"]))
  }

  @Test func `a number that two classes spell is taken by its letters alone`() throws {
    func known(_ label: String) throws -> [Int32]? {
      try ids(
        read([label]) { ($0.schema.classes, $0.schema.task) = (["7", "07"], .classification) })
    }
    #expect(try known("07") == [1])
    #expect(throws: TableError.self) { try known("7.0") }
  }

  @Test(
    arguments: [
      (["1", "0", "2"], nil, [1, 0, 2]), (["0.0", "2.0", "1.0"], nil, [0, 2, 1]),
      (["-1", "1", "-1"], ["-1", "1"], [0, 1, 0]),
      (["3", "8", "10"], ["3", "8", "10"], [0, 1, 2]),
      (["2008", "2003"], ["2003", "2008"], [1, 0]), (["012", "007"], ["007", "012"], [1, 0]),
      (["1.0", "+2", "2"], ["1", "2"], [0, 1, 1]),
      (["no", "1", "1.0"], ["no", "1"], [0, 1, 1]),
      (["no", "1", "1.0", "2"], ["1", "1.0", "2", "no"], [3, 0, 1, 2]),
    ] as [([String], [String]?, [Int32])])
  func `a new network's classes are the values that occur`(
    labels: [String], names: [String]?, expected: [Int32]
  ) throws {
    let data = try read(labels)
    #expect(data.classes == names)
    #expect(ids(data) == expected)
    #expect(data.classCount == Set(expected).count)
  }

  @Test(arguments: [(21, 10), (200, 1), (6, 1), (70, 3)])
  func `whole numbers that are many or hardly come back are asked about`(
    values: Int, times: Int
  ) throws {
    let labels = (0..<values * times).map { "\(1_990 + $0 % values)" }
    let error = #expect(throws: TableError.self) { try read(labels) }
    #expect(error?.column == "y")
    #expect(error?.reason == .openTask(found: values, isMore: false))
    #expect(try read(labels) { $0.schema.task = .regression }.classCount == nil)
    #expect(try read(labels) { $0.schema.task = .classification }.classCount == values)
  }

  @Test(arguments: [(20, 2), (6, 2), (5, 1), (2, 1)])
  func `few whole numbers are classes unasked`(values: Int, times: Int) throws {
    let labels = (0..<values * times).map { "\(3 + $0 % values)" }
    #expect(try read(labels).classCount == values)
  }

  @Test(
    arguments: [
      (["True", "true", "False"], ["False", "True"], [1, 1, 0], [["True", "true"]]),
      (
        ["yes", "no", "YES", "No"], ["No", "YES"], [1, 0, 1, 0], [["No", "no"], ["YES", "yes"]]
      ),
      (["1", "true", "0", "0.0"], ["0", "true"], [1, 1, 0, 0], [["0", "0.0"], ["true", "1"]]),
      (["yes", "no"], ["no", "yes"], [1, 0], []),
    ] as [([String], [String], [Int32], [[String]])])
  func `truth values are two classes however they are spelt, and it is said`(
    labels: [String], names: [String], expected: [Int32], joined: [[String]]
  ) throws {
    let data = try read(labels)
    #expect(data.classes == names && ids(data) == expected)
    #expect(
      data.remarks
        == joined.map { .oneClass(column: "y", spellings: $0, areNumbers: false) })
  }

  @Test func `numbers with zeros in front that are one class are warned of`() throws {
    let data = try read(["007", "7", "8.0", "8"])
    #expect(data.classes == ["007", "8"] && ids(data) == [0, 0, 1, 1])
    #expect(
      data.remarks == [.oneClass(column: "y", spellings: ["007", "7"], areNumbers: true)])
    #expect(data.remarks.allSatisfy { !$0.isNote })
  }

  @Test(arguments: [
    (["setosa", "Setosa", "virginica"], [["Setosa", "setosa"]]),
    (["a b", "a  b", "A B", "c"], [["A B", "a  b", "a b"]]), (["a", "b"], []),
    (["True", "true", "maybe"], [["True", "true"]]),
  ])
  func `classes that differ only in case or blanks are warned of`(
    labels: [String], alike: [[String]]
  ) throws {
    let data = try read(labels)
    #expect(data.classes?.count == labels.count)
    #expect(
      data.remarks == alike.map { .alike(column: "y", words: $0, areClasses: true) })
    let known = try read(labels) { $0.schema.classes = labels }
    #expect(known.remarks == [])
  }
}
