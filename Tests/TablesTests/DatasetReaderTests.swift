import Tables
import TestSupport
import Testing

@Suite struct DatasetReaderTests {
  private func read(_ text: String, _ set: (inout DatasetReader) -> Void) throws -> Dataset<Float> {
    var reader = DatasetReader()
    set(&reader)
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8))
    return try reader.read(&csv)
  }

  @Test(arguments: [
    ("a,b\n1,2.5\n3,4\n", LearningTask.regression), ("a,b\n1,2\n3,4\n", .classification),
    ("a,b\n1,x\n3,4.5\n", .classification), ("a,b\n1,1e3\n3,4\n", .regression),
  ])
  func `a target tells its task`(text: String, task: LearningTask) throws {
    let data = try read(text) { _ in }
    #expect((data.classCount == nil) == (task == .regression))
  }

  @Test func `labels are looked up among the names a network knows`() throws {
    let data = try read("a,b\n1,bee\n3,ant\n") { $0.schema.classes = ["ant", "bee", "cat"] }
    guard case .labels(let labels) = data.targets else { return }
    #expect(labels == [1, 0])
    #expect(data.classes == ["ant", "bee", "cat"])
    let error = #expect(throws: TableError.self) {
      try read("a,b\n1,bee\n\n3,dog\n") { $0.schema.classes = ["ant", "bee"] }
    }
    #expect(error?.line == 4)
    #expect(error?.reason == .unknownLabel("dog", known: ["ant", "bee"]))
  }

  @Test func `columns are counted for a network that does not know their names`() throws {
    #expect(throws: TableError(file: "t.csv", line: 1, .featureCount(found: 2, expected: 3))) {
      try read("b,a,y\n1,2,0\n") { $0.inputs = 3 }
    }
  }

  @Test(arguments: ["a,b\n1,2\n", "a,b,y\n1,2,what\n", "y,a,b\n,1,2\n"])
  func `an ignored target may be there or not`(text: String) throws {
    let data = try read(text) { $0.target = .ignored(["y"], features: 2) }
    #expect(data.columns == ["a", "b"] && data.features.elements == [1, 2])
  }

  @Test func `a target may be named by its index`() throws {
    #expect(try read("a,b,c\n1,2,3\n") { $0.target = .named("0") }.columns == ["b", "c"])
    #expect(throws: TableError.self) { try read("a,b\n1,2\n") { $0.target = .named("2") } }
  }

  @Test func `a number beyond the range of f32 is not finite there`() {
    #expect(throws: TableError(file: "t.csv", line: 2, column: "a", .notFinite("1e39"))) {
      try read("a,b\n1e39,2\n") { _ in }
    }
  }
}
