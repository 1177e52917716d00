import Kernels
import Tensors
import Testing
import Training

@Suite struct TokenBatchesTests {
  /// Rows whose tokens are their number, of these lengths.
  private func rows(_ lengths: [Int]) -> [TokenRow] {
    lengths.enumerated().map { row, length in
      let tokens = [Int32](repeating: Int32(row), count: length)
      return TokenRow(tokens, target: .tokens(tokens))
    }
  }

  private static let lengths = [5, 1, 9, 3, 3, 7, 2, 12, 4, 6]

  @Test(arguments: [
    (1, [[1], [2], [3]]), (4, [[1, 2], [3]]), (5, [[1, 2], [3]]), (6, [[1, 2, 3]]),
    (100, [[1, 2, 3]]),
  ])
  func `portions are whole sequences within the tokens given, or one that is longer`(
    tokens: Int, expected: [[Int]]
  ) {
    let batch = Training.TokenBatch<Float>(rows([1, 2, 3]))
    var part = Training.TokenBatch<Float>([] as [TokenRow])
    var found: [[Int]] = []
    for range in batch.portions(of: tokens) {
      part.take(range, of: batch)
      found.append(part.lengths)
      #expect(part.rows == range.count && part.tokens == Array(batch.tokens[range]))
    }
    #expect(found == expected)
  }

  @Test func `portions keep the outputs of their sequences`() {
    let batch = Training.TokenBatch<Float>(rows([1, 2, 3]))
    #expect(batch.wanted == [1, 3, 4])
    var part = batch
    part.take(1..<6, of: batch)
    #expect(part.wanted == [0, 2, 3])
    guard case .labels(let labels) = part.targets else { return #expect(Bool(false)) }
    #expect(labels == [1, 2, 2])
    part.take(0..<1, of: batch)
    #expect(part.wanted == [])
  }

  @Test func `an example counts the labels that something stands before`() {
    #expect(TokenRow([4, 5, 6], target: .tokens([4, -100, 6])).counted == 1)
    #expect(TokenRow([4], target: .tokens([4])).counted == 0)
    #expect(TokenRow([4], target: .label(2)).counted == 1)
  }

  @Test(arguments: [1, 6, 9, 12, 20, 100])
  func `packs have every row once, within the limit where a row allows it`(limit: Int) {
    let packs = TokenPacks(lengths: Self.lengths, limit: limit).packs
    #expect(packs.flatMap(\.self).sorted() == Array(Self.lengths.indices))
    for pack in packs {
      let tokens = pack.reduce(0) { $0 + Self.lengths[$1] }
      #expect(tokens <= limit || pack.count == 1)
      #expect(pack == pack.sorted())
    }
    #expect(packs.map { $0[0] } == packs.map { $0[0] }.sorted())
    // No two could have been one.
    for (index, pack) in packs.enumerated() {
      for other in packs[..<index] {
        #expect((pack + other).reduce(0) { $0 + Self.lengths[$1] } > limit)
      }
    }
  }

  private func drawn(_ batches: inout TokenBatches<Float>, _ count: Int) -> [[Int]] {
    var batch = batches.emptyBatch
    return (0..<count).map { _ in
      batches.next(into: &batch)
      var (first, rows) = (0, [Int]())
      for length in batch.lengths {
        rows.append(Int(batch.tokens[first]))
        first += length
      }
      return rows
    }
  }

  @Test(arguments: [nil, 12])
  func `each pass has every row once, and goes on where it was restored`(limit: Int?) {
    let packs = limit.map { TokenPacks(lengths: Self.lengths, limit: $0) }
    let fresh = TokenBatches<Float>(
      rows(Self.lengths), packs: packs, size: 2, shuffles: true, generator: Generator(seed: 3))
    let steps = ((packs?.packs.count ?? 10) + 1) / 2
    var whole = fresh
    let passes = [drawn(&whole, steps), drawn(&whole, steps)]
    for pass in passes { #expect(pass.flatMap(\.self).sorted() == Array(0..<10)) }
    #expect(passes[0] != passes[1])
    for pack in packs?.packs ?? [] {
      #expect(passes[0].contains { step in pack.allSatisfy(step.contains) })
    }
    var resumed = fresh
    resumed.restore(whole.position)
    #expect(drawn(&resumed, 7) == drawn(&whole, 7))
  }
}
