import Kernels
import Testing

@Suite struct AttentionGradientTests {
  private static let samples = [
    AttentionSample(heads: 2, keyHeads: 1, dimension: 3, queries: 5),
    AttentionSample(heads: 2, keyHeads: 2, dimension: 2, softCap: 1.5, queries: 6),
    AttentionSample(dimension: 3, reach: .everywhere, queries: 4, keys: 7),
    AttentionSample(dimension: 2, reach: .init(before: 1, after: 2), queries: 6),
    AttentionSample(heads: 3, keyHeads: 1, dimension: 2, queries: 2, keys: 70, offset: 68),
  ]

  @Test(arguments: samples)
  func `a gradient is the slope`(sample: AttentionSample) {
    let (q, k, v, dout) = sample.numbers(as: Double.self)
    let results = sample.results(as: Double.self)
    func loss(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
      var (out, logSums) = (dout, [Double](repeating: 0, count: sample.queries * sample.heads))
      sample.attention.forward(
        q: q, k: k, v: v, sample.attention.apart, [sample.document], into: &out,
        logSums: &logSums)
      return zip(out, dout).reduce(0) { $0 + $1.0 * $1.1 }
    }
    expectSlopes(results[2], of: { loss($0, k, v) }, at: q)
    expectSlopes(results[3], of: { loss(q, $0, v) }, at: k)
    expectSlopes(results[4], of: { loss(q, k, $0) }, at: v)
  }

  @Test func `softmax is that, plainly computed`() {
    let sample = AttentionSample(heads: 2, keyHeads: 1, dimension: 9, queries: 150)
    let (q, k, v, _) = sample.numbers(as: Double.self)
    let results = sample.results(as: Double.self)
    for (i, head) in [(0, 0), (3, 1), (149, 0), (77, 1)] {
      let weights = (0...i).map { j in
        ElementaryFunction.exp([
          0.37 * (0..<9).reduce(0) { $0 + q[(i * 2 + head) * 9 + $1] * k[j * 9 + $1] }
        ])[0]
      }
      let sum = weights.reduce(0, +)
      for d in 0..<9 {
        let out = weights.indices.reduce(0) { $0 + weights[$1] / sum * v[$1 * 9 + d] }
        #expect(abs(results[0][(i * 2 + head) * 9 + d] - out) < 1e-12)
      }
      let logSum = ElementaryFunction.log([sum])[0]
      #expect(abs(results[1][i * 2 + head] - logSum) < 1e-12)
    }
  }
}
