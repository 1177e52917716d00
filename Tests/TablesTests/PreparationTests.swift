import Kernels
import Tables
import Tensors
import Testing

/// What is made of a table before it is trained on.
@Suite struct PreparationTests {
  private func read(
    _ text: String, comment: UInt8? = nil, piece: Int = 1 << 16,
    _ set: (inout DatasetReader) -> Void = { _ in }
  ) throws -> Dataset<Double> {
    var reader = DatasetReader()
    set(&reader)
    var csv = CSVReader(file: "t.csv", bytes: Array(text.utf8), piece: piece, comment: comment)
    return try reader.read(&csv)
  }

  /// Random tables in which any line may be one that only the general reader knows.
  @Test(arguments: 0..<40, [3, 1000, 1 << 16])
  func `plain and other records together are what the general reader makes of them`(
    seed: Int, piece: Int
  ) throws {
    var numbers = Generator(seed: UInt64(seed))
    var (mixed, quoted) = ("a,w,b,y\n", "a,w,b,y\n")
    for _ in 0..<200 {
      let fields = [
        "\(Float(numbers.normal()))", ["red", "blue", "é", "a b"][numbers.next(below: 4)],
        "\(numbers.normal() * 1e10)", "\(numbers.next(below: 3))",
      ]
      let isQuoted = numbers.next(below: 9) == 0
      mixed += fields.map { isQuoted ? "\"\($0)\"" : $0 }.joined(separator: ",")
      quoted += fields.map { "\"\($0)\"" }.joined(separator: ",")
      let end = ["\n", "\r\n", "\n\n", "\n  \r\n"][numbers.next(below: 4)]
      (mixed, quoted) = (mixed + end, quoted + end)
    }
    func set(_ reader: inout DatasetReader) {
      reader.choice.categorical = ["w"]
      reader.workers = Workers(count: 2)
    }
    let (one, other) = (try read(mixed, piece: piece, set), try read(quoted, set))
    #expect(one.features.elements == other.features.elements)
    #expect(one.columns == ["a", "w=a b", "w=blue", "w=red", "w=é", "b"])
    guard case .labels(let labels) = one.targets, case .labels(let expected) = other.targets else {
      Issue.record("no labels")
      return
    }
    #expect(labels == expected && labels.count == 200)
  }

  @Test func `an error after plain records still has its line`() {
    let rows = String(repeating: "1,2\n\n", count: 5000)
    #expect(throws: TableError(file: "t.csv", line: 10_002, column: "a", .notANumber("oops"))) {
      try read("a,y\n" + rows + "oops,1\n")
    }
    #expect(
      throws: TableError(file: "t.csv", line: 10_002, column: "y", .unknownLabel("9", known: ["2"]))
    ) {
      try read("a,y\n" + rows + "1,9\n") { $0.schema.classes = ["2"] }
    }
  }

  @Test func `words become inputs that are 0 or 1, the same in the next table`() throws {
    let text = "color,x,y\nred,1,0\nblue,2,1\nred,3,0\n"
    let data = try read(text) { $0.choice.categorical = ["color"] }
    #expect(data.columns == ["color=blue", "color=red", "x"])
    #expect(data.features.elements == [0, 1, 1, 1, 0, 2, 0, 1, 3])
    let next = try read("x,extra,color\n5,1,blue\n") {
      $0.schema.sources = data.sources
      $0.target = .ignored(["y"], features: 3)
    }
    #expect(next.features.elements == [1, 0, 5])
    let error = #expect(throws: TableError.self) {
      try read("x,color,y\n5,blue,0\n5,green,1\n") { $0.schema.sources = data.sources }
    }
    #expect(error?.line == 3 && error?.column == "color")
    #expect(error?.reason == .unknownCategory("green", rows: 1, known: ["blue", "red"]))
  }

  @Test func `features are chosen or dropped, by name or index`() throws {
    let text = "a,b,c,y\n1,2,3,0\n4,5,6,1\n"
    #expect(try read(text) { $0.choice.dropped = ["b"] }.features.elements == [1, 3, 4, 6])
    let chosen = try read(text) { $0.choice.chosen = ["c", "0"] }
    #expect(chosen.columns == ["c", "a"] && chosen.features.elements == [3, 1, 6, 4])
    for wrong in [["y"], ["a", "a"]] {
      #expect(throws: TableError(file: "t.csv", line: 1, column: wrong[0], .notAFeature)) {
        try read(text) { $0.choice.chosen = wrong }
      }
    }
  }

  @Test func `several targets are values, in the order asked for`() throws {
    let data = try read("p,x,q\n1,2,3\n4,5,6\n") { $0.target = .columns(["q", "p"]) }
    guard case .values(let values) = data.targets else {
      Issue.record("no values")
      return
    }
    #expect(data.targetNames == ["q", "p"] && values.elements == [3, 1, 6, 4])
    #expect(data.columns == ["x"])
  }

  @Test func `lines that begin with the comment character are passed over and counted`() throws {
    let text = "# about\na,y\n1,0\n#2,\"0\n\"3\",1\n#\n"
    let data = try read(text, comment: UInt8(ascii: "#"))
    #expect(data.features.elements == [1, 3])
    let error = #expect(throws: TableError.self) {
      try read(text + "x,1\n", comment: UInt8(ascii: "#"))
    }
    #expect(error?.line == 7)
  }

  @Test func `missing numbers are filled, then all are measured in deviations`() throws {
    let text = "a,b,w,y\n1,NA,u,0\n,4,v,1\n3,8,,0\n?,,u,1\n"
    func prepared(_ fill: FeatureScaling.Fill, _ standardizes: Bool) throws -> [Double] {
      var data = try read(text) {
        ($0.choice.categorical, $0.choice.fill) = (["w"], fill)
      }
      FeatureScaling(of: data, fill: fill, standardizes: standardizes).apply(to: &data.features)
      return data.features.elements
    }
    #expect(try prepared(.mean, false) == [1, 6, 1, 0, 2, 4, 0, 1, 3, 8, 0, 0, 2, 6, 1, 0])
    #expect(try prepared(.zero, false) == [1, 0, 1, 0, 0, 4, 0, 1, 3, 8, 0, 0, 0, 0, 1, 0])
    // a: mean 2, deviation 1; b: mean 6, deviation 2; words stay.
    #expect(try prepared(.mean, true) == [-1, 0, 1, 0, 0, -1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0])
    let faults = try #require(throws: TableFaults.self) {
      try read(text) { $0.choice.categorical = ["w"] }
    }
    #expect(faults.errors.map(\.column) == ["w", "a", "b"])
    #expect(faults.errors.map(\.line) == [4, 3, 2])
    #expect(faults.errors.map(\.reason) == [1, 2, 2].map { .missingValue(rows: $0) })
  }

  @Test func `a split holds out the same share of each class, and every row once`() throws {
    let labels = (0..<200).map { $0 % 10 == 0 ? 1 : 0 } + [2, 2, 3]
    let rows = labels.enumerated().map { "\($0),\($1)\n" }.joined()
    let data = try read("row,y\n" + rows)
    var generator = Generator(seed: 1)
    let (training, held) = data.split(holdingOut: 0.2, generator: &generator)
    #expect(held.rowsByClass?.map(\.count) == [36, 4])
    #expect(
      (training.features.elements + held.features.elements).sorted() == (0..<203).map(Double.init))
    var other = Generator(seed: 2)
    #expect(
      data.split(holdingOut: 0.2, generator: &other).held.features.elements
        != held.features.elements)
  }

  @Test func `a class of weight 2 counts like its rows written twice`() {
    let y = Matrix<Double>(columns: 3, elements: [1, 2, 0.5, -1, 0, 2, 0.3, 0.1, 0.2])
    let twice = Matrix<Double>(
      columns: 3, elements: [1, 2, 0.5, -1, 0, 2, -1, 0, 2, 0.3, 0.1, 0.2])
    var (one, other) = ([Double](repeating: 0, count: 9), [Double](repeating: 0, count: 12))
    let weighted = meanLoss(
      y, ClassLabels([1, 2, 1], classes: 3, weights: [5, 1, 2]), gradient: &one)
    let plain = meanLoss(twice, ClassLabels([1, 2, 2, 1], classes: 3), gradient: &other)
    #expect(abs(weighted - plain) < 1e-15)
    for column in 0..<3 {
      #expect(abs(one[3 + column] - other[3 + column] - other[6 + column]) < 1e-15)
      #expect(abs(one[column] - other[column]) < 1e-15)
    }
  }

  private func meanLoss(
    _ y: Matrix<Double>, _ labels: ClassLabels, gradient: inout [Double]
  ) -> Double {
    var losses = BlockSum<Double>(columns: 1)
    let divisor = labels.totalWeight
    addCrossEntropy(y.elements, labels, divisor: divisor, gradient: &gradient, to: &losses)
    return losses.total / divisor
  }

  @Test func `standardized numbers are at most ten deviations, where the network says so`() {
    let wide = Matrix<Double>(columns: 2, elements: [1, 0, 3, 0, 1000, -9, -1000, .nan])
    func scaled(_ limit: Double?) -> [Double] {
      var matrix = wide
      FeatureScaling(fill: [2, 0], mean: [2, 0], deviation: [1, 0.5], limit: limit)
        .apply(to: &matrix)
      return matrix.elements
    }
    #expect(scaled(10) == [-1, 0, 1, 0, 10, -10, -10, 0])
    #expect(scaled(nil) == [-1, 0, 1, 0, 998, -18, -1002, 0])
  }

  @Test func `what is measured has the limit, what only fills has none`() throws {
    let data = try read("a,y\n1,0.5\n2,1.5\n", comment: nil)
    #expect(FeatureScaling(of: data, fill: nil, standardizes: true).limit == 10)
    let filling = FeatureScaling(of: data, fill: .zero, standardizes: false)
    #expect(filling.limit == nil && filling.filling(.mean, of: data).limit == nil)
    let whole = FeatureScaling(fill: nil, mean: [0], deviation: [1], limit: 10)
    #expect(whole.filling(.mean, of: data).limit == 10)
  }
}
