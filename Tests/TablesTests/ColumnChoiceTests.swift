import Tables
import TestSupport
import Testing

/// Which columns of a table are which, as a person or a network names them.
@Suite struct ColumnChoiceTests {
  private func read(
    _ text: String, _ set: (inout DatasetReader) -> Void = { _ in }
  ) throws -> Dataset<Float> {
    var reader = DatasetReader()
    set(&reader)
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8))
    return try reader.read(&csv)
  }

  private static let header = "sepal length,sepal width,\"size, cm\",a*,,petal,y\n"
  private static let row = "1,2,3,4,5,6,0\n"

  @Test(
    arguments: [
      (["petal"], ["petal"]), (["petal, a*"], ["petal", "a*"]),
      (["sepal*"], ["sepal length", "sepal width"]), (["*l*h"], ["sepal length", "sepal width"]),
      (["size, cm"], ["size, cm"]), (["\"size, cm\" , petal"], ["size, cm", "petal"]),
      (["size, cm", "petal"], ["size, cm", "petal"]), ([""], [""]), (["petal,"], ["petal", ""]),
      (["\"\",petal"], ["", "petal"]), (["0,-0"], ["sepal length", "sepal length"]),
      (["5", "sepal w*"], ["petal", "sepal width"]),
      (["sepal length,sepal*"], ["sepal length", "sepal width"]),
    ] as [([String], [String])])
  func `a list names columns by name, index or pattern`(lists: [String], names: [String]) throws {
    guard lists != ["0,-0"] else {
      #expect(throws: TableError.self) {
        try read(Self.header + Self.row) { $0.choice.chosen = lists }
      }
      return
    }
    #expect(try read(Self.header + Self.row) { $0.choice.chosen = lists }.columns == names)
    let left = try read(Self.header + Self.row) { $0.choice.dropped = lists }.columns
    #expect(Set(left).isDisjoint(with: names) && left.count + names.count == 6)
  }

  @Test(arguments: [["nope"], ["x*"], ["petal,,,nope"], ["7"]])
  func `what is no column is refused by name`(lists: [String]) {
    let error = #expect(throws: TableError.self) {
      try read(Self.header + Self.row) { $0.choice.dropped = lists }
    }
    guard case .noSuchColumn = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `a list of names means these and no others`() {
    for names in [["a", "b"], ["size, cm"], ["say \"x\"", "b"], [""], ["", "a"], [" a", "b "]] {
      #expect(columnEntries(columnList(of: names)) == names)
    }
  }

  @Test func `the last column that is not dropped is the target`() throws {
    let data = try read("a,b,y,\n1,2,0,\n3,4,1,\n") { $0.choice.dropped = [""] }
    #expect(data.columns == ["a", "b"] && data.target == "y")
    let error = #expect(throws: TableError.self) { try read("a,b,y,\n1,2,0,\n3,4,1,\n") }
    #expect(error?.reason == .noTarget(isNameless: true) && error?.remedy == [.drop("")])
  }

  // MARK: By the names a network recorded

  @Test(arguments: [
    "a,b,y\n1,2,0\n", "b,a,y\n2,1,0\n", "y,extra,b,a\n0,what,2,1\n", "b,y,a,,z\n2,0,1,5,6\n",
  ])
  func `a network finds its columns by name, wherever they stand`(text: String) throws {
    let data = try read(text) {
      ($0.schema.columns, $0.inputs, $0.outputs) = (["a", "b"], 2, 2)
      ($0.target, $0.schema.task) = (.recorded(["y"]), .classification)
    }
    #expect(data.columns == ["a", "b"] && data.features.elements == [1, 2])
  }

  @Test func `columns that a network does not read are noted`() throws {
    let data = try read("id,b,note,a,y\n7,2,x,1,0\n") {
      ($0.schema.columns, $0.target) = (["a", "b"], .recorded(["y"]))
      $0.kept = ["id"]
    }
    #expect(data.remarks == [.passedOver(["note"])])
    #expect(data.keptNames == ["id"] && data.kept == [["7"]])
    #expect(data.remarks.allSatisfy { $0.isNote })
  }

  @Test func `all columns that are not there are named, with the nearest`() throws {
    let faults = try #require(throws: TableFaults.self) {
      try read("prolin,hue,ash,y\n1,2,3,0\n") {
        $0.schema.columns = ["proline", "ash", "colour", "hue"]
      }
    }
    #expect(faults.errors.map(\.column) == ["proline", "colour"])
    guard case .noSuchColumn(let nearest, _) = faults.errors[0].reason else { return }
    #expect(nearest == "prolin")
  }

  @Test func `names that are numbers are known again in any order`() throws {
    let data = try read("2,0,1\n5,6,7\n") {
      ($0.schema.columns, $0.target) = (["0", "2"], .recorded(["1"]))
      $0.schema.task = .regression
    }
    #expect(data.features.elements == [6, 5])
  }

  @Test func `a second table may lack what was dropped of the first`() throws {
    let data = try read("b,a,y\n2,1,0\n") {
      ($0.schema.columns, $0.choice.dropped) = (["a", "b"], ["id"])
      $0.target = .recorded(["y"])
    }
    #expect(data.features.elements == [1, 2])
  }

  @Test func `a recorded name is not taken for an index`() {
    // As pandas names columns: the table lacks column 2, and has a third.
    let error = #expect(throws: TableError.self) {
      try read("0,1,other,y\n1,2,3,0\n") { $0.schema.columns = ["0", "1", "2"] }
    }
    #expect(error?.column == "2")
    #expect(throws: TableError.self) {
      try read("a,b,other\n1,2,3\n") { $0.target = .recorded(["2"]) }
    }
  }

  @Test func `without names on one side columns are taken by their places`() throws {
    let data = try read("1,2,0\n3,4,1\n") {
      ($0.schema.columns, $0.hasHeader, $0.inputs) = (["a", "b"], false, 2)
    }
    #expect(data.features.elements == [1, 2, 3, 4])
    let other = try read("p,q,y\n1,2,0\n") { $0.inputs = 2 }
    #expect(other.features.elements == [1, 2])
  }

  @Test(arguments: [(TargetColumn.columns(["b"]), []), (.last, ["a,b"])])
  func `a column that a network reads is neither target nor dropped`(
    target: TargetColumn, dropped: [String]
  ) {
    let error = #expect(throws: TableError.self) {
      try read("a,b,y\n1,2,0\n") {
        $0.schema.columns = ["a", "b"]
        ($0.target, $0.choice.dropped) = (target, dropped)
      }
    }
    #expect(error?.reason == .isRead)
  }

  // MARK: A first line that is a row

  @Test(arguments: [
    "1.5,2,0\n1,2,1\n", "5.1,3.5,setosa\n4.9,3,setosa\n", "1,85,66,1,1\n8,183,64,0,1\n",
    "3,1,2\n1,2,0\n", "setosa,5.1,3.5\nsetosa,1,2\n",
  ])
  func `a first line of numbers is asked about`(text: String) throws {
    let target = text.hasPrefix("setosa") ? TargetColumn.named("0") : .last
    let error = #expect(throws: TableError.self) { try read(text) { $0.target = target } }
    #expect(error?.line == 1 && error?.remedy == [.noHeader])
    #expect(try read(text) { ($0.hasHeader, $0.target) = (false, target) }.rows == 2)
    guard !text.hasPrefix("1,85") else { return }
    #expect(try read(text) { ($0.form.numbersAreNames, $0.target) = (true, target) }.rows == 1)
  }

  @Test(arguments: [
    "0,1,2\n1.5,2,0\n", ",0,1,y\n5,1.5,2,0\n", "2003,2004,2010,y\n1,2,3,0\n", "x1,x2,3\n1,2,0\n",
    "5.1,3.5,label\n4.9,3,setosa\n",
  ])
  func `places, years and words are names`(text: String) throws {
    #expect(try read(text).rows == 1)
  }

  // MARK: Columns that only name the rows

  @Test(arguments: [
    (",a,y", 0, [TableRemark.index(column: "", counts: true)]),
    ("Unnamed: 0,a,y", 1, [.index(column: "Unnamed: 0", counts: true)]),
    ("id,a,y", 1, [.index(column: "id", counts: true)]),
    (",a,y", 5, [.index(column: "", counts: false)]), ("id,a,y", 5, []),
  ])
  func `a column without a name, or one that counts the rows, is warned of`(
    header: String, first: Int, remarks: [TableRemark]
  ) throws {
    let text = header + "\n" + (0..<6).map { "\(first + $0),\($0 * $0),\($0 % 2)\n" }.joined()
    #expect(try read(text).remarks == remarks)
    #expect(try read(text) { $0.choice.dropped = ["0"] }.remarks == [])
    #expect(try read(text) { $0.choice.chosen = ["0", "a"] }.remarks == [])
  }

  @Test func `words that name the rows are warned of`() throws {
    let rows = (0..<12).map { "day \($0),\($0 % 3 == 0 ? "p" : "q"),\($0 % 2)\n" }
    let text = "d,w,y\n" + rows.joined()
    let data = try read(text) { $0.choice.categorical = ["d", "w"] }
    #expect(data.remarks == [.rowNames(column: "d", words: 12, rows: 12)])
  }

  @Test(
    arguments: [
      ([16_777_216, 16_777_217, 16_777_218], 16_777_218, 2),
      ([1_700_000_000, 1_700_000_100, 1_700_009_999], 1_700_009_984, 128),
      ([16_777_217, 16_777_217, 16_777_217], 16_777_216, 2),
      ([1_000_000.03, 1_000_000.05, 1_000_000.09], 1_000_000.0625, 0.0625),
    ] as [([Double], Double, Double)])
  func `numbers that f32 hardly tells apart are warned of`(
    values: [Double], largest: Double, step: Double
  ) throws {
    let text = "a,b,y\n" + values.enumerated().map { "\($1),\($0 * $0),\($0 % 2)\n" }.joined()
    let data = try read(text)
    #expect(data.remarks == [.coarse(column: "a", largest: largest, step: step)])
    #expect(data.remarks.allSatisfy { !$0.isNote })
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8))
    let precise: Dataset<Double> = try DatasetReader().read(&csv)
    #expect(precise.remarks == [])
  }

  @Test(arguments: [[1e9, 2e9, 3e9], [7, 7, 7], [0.1, 0.2, 0.3], [1e6, 1e6, 1e6]])
  func `numbers that vary enough for f32 are not`(values: [Double]) throws {
    let text = "a,b,y\n" + values.enumerated().map { "\($1),\($0 * $0),\($0 % 2)\n" }.joined()
    #expect(try read(text).remarks == [])
  }
}
