import Kernels
import Testing

@Suite struct AttentionTests {
  /// Around the sizes of tiles, blocks and vectors, on both sides of each.
  static let samples = [
    AttentionSample(queries: 0), AttentionSample(queries: 1),
    AttentionSample(heads: 2, keyHeads: 2, dimension: 5, queries: 33),
    AttentionSample(heads: 4, keyHeads: 2, dimension: 64, queries: 65),
    AttentionSample(heads: 3, keyHeads: 1, dimension: 20, softCap: 2, queries: 70),
    AttentionSample(heads: 2, keyHeads: 1, dimension: 40, reach: .everywhere, queries: 50),
    AttentionSample(dimension: 33, reach: .init(before: 3, after: 0), queries: 100),
    AttentionSample(dimension: 16, reach: .init(before: 200, after: 0), queries: 90),
    AttentionSample(
      heads: 2, keyHeads: 2, dimension: 12, softCap: 1.5, reach: .init(before: 7, after: 9),
      queries: 131),
    AttentionSample(dimension: 7, reach: .init(before: nil, after: 2), queries: 64),
    AttentionSample(heads: 6, keyHeads: 2, dimension: 32, queries: 1, keys: 150, offset: 149),
    AttentionSample(heads: 2, keyHeads: 1, dimension: 17, queries: 40, keys: 140, offset: 100),
    AttentionSample(
      heads: 2, keyHeads: 1, reach: .init(before: 30, after: 0), queries: 1, keys: 200,
      offset: 199),
    AttentionSample(dimension: 300, queries: 35), AttentionSample(queries: 3, keys: 0, offset: 0),
    AttentionSample(reach: .init(before: 2, after: 0), queries: 40, keys: 10, offset: 0),
  ]

  @Test(arguments: samples)
  func `every instruction set gives the bits of the naive twin`(sample: AttentionSample) {
    check(sample, as: Float.self)
    check(sample, as: Double.self)
  }

  private func check<Scalar: DenseScalar>(_ sample: AttentionSample, as: Scalar.Type) {
    let (q, k, v, dout) = sample.numbers(as: Scalar.self)
    let naive = NaiveAttention(
      attention: sample.attention, q: q, k: k, v: v, queries: sample.queries,
      keys: sample.keyCount, offset: sample.offset)
    let (out, logSums) = naive.forward
    let (dq, dk, dv) = naive.backward(dout, out: out, logSums: logSums)
    for instructions in InstructionSet.available {
      let results = sample.results(as: Scalar.self, .one, instructions)
      for (name, (got, twin)) in zip(
        ["out", "logSums", "dq", "dk", "dv"], zip(results, [out, logSums, dq, dk, dv]))
      {
        #expect(got.map(\.pattern) == twin.map(\.pattern), "\(name) with \(instructions)")
      }
    }
  }

  @Test(arguments: [1, 2, 3, 5, 16])
  func `threads do not change a bit`(threads: Int) {
    let samples = [
      AttentionSample(heads: 4, keyHeads: 2, dimension: 24, queries: 700),
      AttentionSample(
        heads: 2, keyHeads: 1, dimension: 16, reach: .init(before: 100, after: 30), queries: 500),
      AttentionSample(heads: 8, keyHeads: 4, dimension: 64, queries: 1, keys: 900, offset: 899),
    ]
    for sample in samples {
      let one = sample.results(as: Float.self)
      #expect(sample.results(as: Float.self, Workers(count: threads)) == one)
    }
  }

  @Test(arguments: [Attention.Reach.causal, .everywhere, .init(before: 40, after: 0)])
  func `packed texts have the bits that they have alone`(reach: Attention.Reach) {
    let lengths = [70, 1, 33, 128, 0, 5]
    let attention = Attention(heads: 4, keyHeads: 2, dimension: 8, scale: 0.3, reach: reach)
    let (rows, pitch) = (lengths.reduce(0, +), 64)
    let joined: [Float] = denseNumbers(rows * pitch, seed: 1, corners: false)
    let dout: [Float] = denseNumbers(rows * 32, seed: 2, corners: false)
    func results(_ x: [Float], _ dout: [Float], _ documents: [AttentionDocument]) -> [[Float]] {
      var (out, logSums) = (dout, [Float](repeating: 0, count: dout.count / 8))
      attention.forward(
        q: x, k: x, v: x, attention.joined, documents, into: &out, logSums: &logSums,
        workers: Workers(count: 2))
      var gradient = x
      attention.backward(
        dout, AttentionValues(q: x, k: x, v: x, out: out, logSums: logSums), attention.joined,
        documents, into: &gradient, workers: Workers(count: 2))
      return [out, logSums, gradient]
    }
    let packed = results(joined, dout, AttentionDocument.packed(lengths: lengths))
    var (first, alone) = (0, [[], [], []] as [[Float]])
    for length in lengths {
      let range = first..<first + length
      let one = results(
        Array(joined[range.lowerBound * pitch..<range.upperBound * pitch]),
        Array(dout[range.lowerBound * 32..<range.upperBound * 32]),
        [AttentionDocument(0..<length)])
      for index in 0..<3 { alone[index] += one[index] }
      first += length
    }
    #expect(packed == alone)
  }

  @Test(arguments: [[1], [7], [32], [50, 1, 1, 1], [33, 64]])
  func `a cache changes no bit`(portions: [Int]) {
    let sample = AttentionSample(
      heads: 4, keyHeads: 2, dimension: 16, reach: .init(before: 90, after: 0), queries: 150)
    let (q, k, v, _) = sample.numbers(as: Float.self)
    let whole = sample.results(as: Float.self)[0]
    let attention = sample.attention
    var (out, logSums) = (whole.map { _ in Float.nan }, [Float](repeating: 0, count: 600))
    var (first, turn) = (0, 0)
    while first < sample.queries {
      let count = min(portions[turn % portions.count], sample.queries - first)
      let document = AttentionDocument(
        queries: first..<first + count, keys: 0..<first + count, offset: first)
      attention.forward(
        q: q, k: k, v: v, attention.apart, [document], into: &out, logSums: &logSums)
      (first, turn) = (first + count, turn + 1)
    }
    #expect(out == whole)
  }

  @Test func `a query that sees nothing has the output 0`() {
    let sample = AttentionSample(
      reach: .init(before: 2, after: 0), queries: 40, keys: 10, offset: 0)
    let results = sample.results(as: Float.self)
    #expect(results[0][(12 * 8)...].allSatisfy { $0 == 0 } && results[0][11 * 8] != 0)
    #expect(results[1][12...].allSatisfy { $0 == -.infinity })
    #expect(results.allSatisfy { $0.allSatisfy { !$0.isNaN } })
  }

  @Test(arguments: InstructionSet.available)
  func `what is not finite reaches the rows that see it`(instructions: InstructionSet) {
    let attention = Attention(heads: 1, keyHeads: 1, dimension: 2, scale: 1)
    let x = [Float](repeating: 0.5, count: 200)
    var v = x
    v[2 * 80] = .nan
    var (out, logSums) = (x, x)
    attention.forward(
      q: x, k: x, v: v, attention.apart, [AttentionDocument(0..<100)], into: &out,
      logSums: &logSums, using: instructions)
    for row in 80..<100 { #expect(out[2 * row].isNaN && abs(out[2 * row + 1] - 0.5) < 1e-6) }
    for row in 0..<64 { #expect(abs(out[2 * row] - 0.5) < 1e-6) }
  }

  @Test func `scores far apart neither overflow nor lose the sum`() {
    let attention = Attention(heads: 1, keyHeads: 1, dimension: 1, scale: 1, reach: .everywhere)
    var (out, logSums): ([Float], [Float]) = ([0], [0])
    let k = (0..<200).map { Float($0 == 150 ? 1e5 : -1e5) }
    attention.forward(
      q: [1], k: k, v: (0..<200).map { Float($0) }, attention.apart,
      [AttentionDocument(queries: 0..<1, keys: 0..<200, offset: 0)], into: &out,
      logSums: &logSums)
    #expect(out == [150] && logSums == [1e5])
  }
}
