import Tables
import TestSupport
import Testing

/// Everything that is wrong with a table is said at once.
@Suite struct TableFaultsTests {
  private func read(
    _ text: String, _ set: (inout DatasetReader) -> Void = { _ in }
  ) throws -> Dataset<Float> {
    var reader = DatasetReader()
    set(&reader)
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8))
    return try reader.read(&csv)
  }

  /// As people have them: words, gaps, dates, names and numbers of Excel's.
  private static let penguins: String = {
    var text = "name,island,mass,sex,seen,price,smoker,year\n"
    for row in 0..<40 {
      let gap = row % 10 == 3
      text += "bird \(row),\(["Dream", "Biscoe"][row % 2]),\(gap ? "NA" : "\(3000 + row)"),"
      text += "\(gap ? "NA" : ["male", "female"][row / 2 % 2]),2007-11-\(10 + row % 20),"
      text += "\"1,\(200 + row).5\",\(row % 3 == 0 ? "yes" : "no"),\(2007 + row % 3)\n"
    }
    return text
  }()

  @Test func `every column is named, with the line of its first fault and what can be said`()
    throws
  {
    let faults = try #require(throws: TableFaults.self) { try read(Self.penguins) }
    #expect(faults.assumedTarget == "year")
    let expected: [(String, Int, [TableRemedy])] = [
      ("name", 2, [.drop("name")]), ("island", 2, [.categorical("island")]), ("mass", 5, [.fill]),
      ("sex", 2, [.categorical("sex")]), ("sex", 5, [.missingIs("NA"), .fill]),
      ("seen", 2, [.drop("seen")]), ("price", 2, [.thousands(",")]),
    ]
    #expect(faults.errors.map(\.column) == expected.map(\.0))
    #expect(faults.errors.map(\.line) == expected.map(\.1))
    #expect(faults.errors.map(\.remedy) == expected.map(\.2))
    #expect(faults.description.contains("4 rows without a value"))
    let data = try read(Self.penguins) {
      ($0.choice.dropped, $0.choice.categorical) = (["name,seen"], ["island,sex"])
      ($0.choice.fill, $0.form.numbers.missing) = (.mean, ["NA"])
      $0.form.numbers.thousands = .byte(UInt8(ascii: ","))
    }
    #expect(data.columns.count == 7 && data.rows == 40)
  }

  @Test func `a few words among numbers are strays, to be mended in the table`() throws {
    let rows = (0..<30).map { "\($0 + 2).5,\($0 % 2)\n" }.joined()
    let one = #expect(throws: TableError.self) { try read("a,y\n" + rows + "Total,1\n") }
    #expect(one?.reason == .notANumber("Total") && one?.line == 32 && one?.remedy == nil)
    let some = #expect(throws: TableError.self) {
      try read("a,y\n(mm),0\n" + rows + "Total,1\n")
    }
    guard case .notNumbers(let odd, _) = some?.reason else { return }
    #expect(odd.kind == .strays && odd.examples == ["(mm)", "Total"] && some?.remedy == nil)
  }

  @Test func `words besides gaps and truth values are categories still`() throws {
    for fields in [["yes", "no", "maybe", "maybe"], ["", "", "x", "x"]] {
      let text =
        "a,b,y\n" + (0..<20).map { "\(fields[$0 % 4]),1.5,\($0 % 2)\n" }.joined()
      var errors: [TableError] = []
      do {
        _ = try read(text)
      } catch let error as TableError {
        errors = [error]
      } catch let faults as TableFaults {
        errors = faults.errors
      }
      #expect(errors.first?.remedy == [.categorical("a")])
    }
  }

  @Test func `records of another length are counted and named with the rest`() throws {
    let faults = try #require(throws: TableFaults.self) {
      try read("a,b,y\n1,u,0\n2,v\n3,u,1\n4,v\n5,u,0\n")
    }
    #expect(faults.errors[0].reason == .fieldCount(found: 2, expected: 3, rows: 2))
    #expect(faults.errors.map(\.line) == [3, 2])
  }

  @Test func `a target of words that hardly come back is asked about`() throws {
    let text = "a,y\n" + (0..<30).map { "\($0).5,person \($0)\n" }.joined()
    let error = #expect(throws: TableError.self) { try read(text) }
    #expect(error?.reason == .rowsForClasses(found: 30))
    #expect(try read(text) { $0.schema.task = .classification }.classCount == 30)
  }

  @Test func `unknown words are an error, or no category and counted`() throws {
    let sources = [
      FeatureSource(column: "w", categories: ["red", "blue"]),
      FeatureSource(column: "x", categories: nil),
    ]
    let text = "x,w,y\n1,red,0\n2,green,1\n3,blue,0\n4,pink,1\n5,green,0\n"
    let error = #expect(throws: TableError.self) { try read(text) { $0.schema.sources = sources } }
    #expect(error?.reason == .unknownCategory("green", rows: 3, known: ["red", "blue"]))
    #expect(error?.line == 3 && error?.remedy == [.unknownIsNone])
    let data = try read(text) {
      ($0.schema.sources, $0.unknownIsNone) = (sources, true)
    }
    #expect(data.features.elements == [1, 0, 1, 0, 0, 2, 0, 1, 3, 0, 0, 4, 0, 0, 5])
    #expect(
      data.remarks == [.unknownCategories(column: "w", rows: 3, words: ["green", "pink"])])
    #expect(data.remarks.allSatisfy { !$0.isNote })
  }

  @Test func `a stand-in that came later is measured, and what was known stays`() throws {
    var data = try read("a,y\n1,0\nNA,1\n5,1\n") { $0.choice.fill = .mean }
    let known = FeatureScaling(fill: nil, mean: [2], deviation: [4])
    let filling = known.filling(.mean, of: data)
    #expect(filling == FeatureScaling(fill: [3], mean: [2], deviation: [4]))
    filling.apply(to: &data.features)
    #expect(data.features.elements == [-0.25, 0.25, 0.75])
    #expect(filling.filling(.zero, of: data) == filling)
    var schema = TableSchema()
    schema.scaling = known
    var adapters = TableSchema()
    adapters.scaling = filling
    schema.complete(from: adapters)
    #expect(schema.scaling == filling)
  }
}
