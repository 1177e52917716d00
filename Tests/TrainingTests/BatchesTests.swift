import Kernels
import Tables
import Tensors
import Testing
import Training

@Suite struct BatchesTests {
  /// Rows 0 ..< count, whose one feature and label are their number.
  private func numbered(_ count: Int) -> Dataset<Float> {
    Dataset(
      columns: ["x"], target: "label",
      features: Matrix(columns: 1, elements: (0..<count).map { Float($0) }),
      targets: .labels((0..<Int32(count)).map { $0 }))
  }

  private func rows(_ batches: inout Batches<Float>, batches count: Int) -> [[Int]] {
    var batch = batches.emptyBatch
    return (0..<count).map { _ in
      batches.next(into: &batch)
      let rows = batch.features.elements.prefix(batch.rows).map { Int($0) }
      guard case .labels(let labels) = batch.targets else { return [] }
      #expect(labels.map { Int($0) } == rows)
      return rows
    }
  }

  @Test func `file order gives every row once a pass and a short last batch`() {
    var batches = Batches(
      numbered(7), size: 3, shuffles: false, generator: Generator(seed: 0))
    let expected = [[0, 1, 2], [3, 4, 5], [6]]
    #expect(rows(&batches, batches: 6) == expected + expected)
  }

  @Test func `each shuffled pass has every row once, in an order of its own`() {
    var batches = Batches(
      numbered(50), size: 8, shuffles: true, generator: Generator(seed: 5))
    let first = rows(&batches, batches: 7).flatMap { $0 }
    let second = rows(&batches, batches: 7).flatMap { $0 }
    #expect(first.sorted() == Array(0..<50))
    #expect(second.sorted() == Array(0..<50))
    #expect(first != second && first != Array(0..<50))
  }

  @Test(arguments: [0, 1, 6, 7, 8, 20])
  func `a restored position gives the same batches from there`(taken: Int) {
    let fresh = Batches(numbered(50), size: 8, shuffles: true, generator: Generator(seed: 5))
    var whole = fresh
    _ = rows(&whole, batches: taken)
    var resumed = fresh
    resumed.restore(whole.position)
    #expect(resumed.position == whole.position)
    #expect(rows(&resumed, batches: 30) == rows(&whole, batches: 30))
  }
}
