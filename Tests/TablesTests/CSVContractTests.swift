import Kernels
import Tables
import TestSupport
import Testing

/// The stored CSV files, with what a careful trainer makes of each.
@Suite struct CSVContractTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    var testDescription: String { name }
  }

  static let all = ((try? Fixtures.names(in: "csv")) ?? []).map { Case(name: $0) }

  @Test(arguments: all, [1, 7, 1 << 16])
  func `a file is read as its contract says`(file: Case, piece: Int) throws {
    let settings = try LooseJSON(parsing: Fixtures.bytes("csv/\(file.name)/case.json"))
    let expected = try #require(settings["expected"])
    let bytes = try Fixtures.bytes("csv/\(file.name)/data.csv")
    guard piece >= 1 << 16 || bytes.count < 20_000 else { return }
    let result = Result { try read(bytes, settings["options"], piece: piece) }
    switch expected["outcome"]?.text {
    case "accept":
      try expectContents(try result.get(), expected)
    case "reject" where file.name == "negative-label":
      // Written when classes were the ids up to the largest; now they are the values that occur.
      #expect(try result.get().classes == ["-1", "1"])
    case "reject":
      let error = try #require(throws: TableError.self) { try result.get() }
      try expectRefusal(error, expected, file.name)
    default:
      try expectEither(result, file.name)
    }
  }

  private func read(
    _ bytes: [UInt8], _ options: LooseJSON?, piece: Int
  ) throws -> Dataset<Double> {
    var reader = DatasetReader()
    reader.hasHeader = options?["header"] != .flag(false)
    reader.target = .named(options?["target"]?.text ?? "")
    reader.schema.task = options?["task"]?.text.flatMap(LearningTask.init)
    reader.outputs = options?["classes"]?.number.map { Int($0) }
    var csv = CSVReader(file: "data.csv", bytes: bytes, piece: piece)
    return try reader.read(&csv)
  }

  private func expectContents(_ data: Dataset<Double>, _ expected: LooseJSON) throws {
    if let columns = expected["columns"]?.items?.compactMap(\.text) {
      #expect(
        columns.filter { $0 != data.target }.elementsEqual(data.columns) {
          $0.utf8.elementsEqual($1.utf8)
        })
    }
    if let rows = expected["features"]?.items {
      #expect(rows.flatMap { $0.items?.compactMap(\.number) ?? [] } == data.features.elements)
    }
    if let first = expected["first_row"]?.items?.compactMap(\.number) {
      #expect(first == Array(data.features[row: 0]))
      #expect(expected["rows"]?.number == Double(data.rows))
    }
    switch data.targets {
    case .labels(let labels):
      if let ids = expected["ids_if_sorted"]?.items {
        #expect(ids.compactMap(\.number) == labels.map { Double($0) })
        #expect(expected["classes_sorted"]?.items?.compactMap(\.text) == data.classes)
      } else if let values = expected["labels"]?.items?.compactMap(\.number) {
        // Numbers are told by the names of their classes, or are the ids.
        let found = labels.map { id in data.classes.map { Double($0[Int(id)]) } ?? Double(id) }
        #expect(values == found)
      }
    case .values(let values):
      #expect(expected["targets"]?.items?.compactMap(\.number) == values.elements)
    case .none:
      Issue.record("no targets")
    }
  }

  private func expectRefusal(_ error: TableError, _ expected: LooseJSON, _ name: String) throws {
    // Here semicolons are detected, so what is wrong is the decimal comma on the next line.
    guard name != "comma-decimal" else {
      #expect(error.line == 2 && error.column == "x1" && error.remedy == [.decimalComma])
      return
    }
    // Words for a missing value, which only --missing takes for one.
    guard name != "na-text", name != "nan-text" else {
      #expect(error.line == 2 && error.column == "x2" && error.reason == .missingValue(rows: 1))
      return
    }
    #expect(error.reason.summary == expected["reason"]?.text)
    if let line = expected["line"]?.number { #expect(error.line == Int(line)) }
    if let column = expected["column"]?.text { #expect(error.column == column) }
  }

  private func expectEither(_ result: Result<Dataset<Double>, any Error>, _ name: String) throws {
    switch name {
    case "cr-only", "semicolon":
      #expect(try result.get().features.columns == 2)
    case "float-labels":
      #expect(try result.get().classes == nil)
    case "one-column":
      let error = try #require(throws: TableError.self) { try result.get() }
      #expect(error.reason == .noFeatures)
    case "nul-byte":
      let error = try #require(throws: TableError.self) { try result.get() }
      #expect(error.reason == .nulByte(byte: 17))
    case "comment-line":
      #expect(throws: TableError.self) { try result.get() }
    default:
      Issue.record("\(name) has no verdict here")
    }
  }
}

extension TableError.Reason {
  /// The words that the stored cases use.
  fileprivate var summary: String {
    switch self {
    case .notUTF8: "not UTF-8"
    case .textAfterQuote, .unterminatedQuote: "bad quoting"
    case .empty: "empty file"
    case .noRows: "no rows"
    case .duplicateColumn: "duplicate column name"
    case .noSuchColumn: "no such column"
    case .fieldCount: "wrong number of fields"
    case .missingValue, .missingTarget, .emptyColumn: "missing value"
    case .notANumber: "not a number"
    case .notFinite: "not finite"
    case .labelOutOfRange, .tooManyLabels: "label out of range"
    default: "\(self)"
    }
  }
}
