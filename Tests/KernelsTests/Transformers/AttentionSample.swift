import Kernels
import Testing

/// An attention, and sizes to try it on.
struct AttentionSample: Sendable, CustomTestStringConvertible {
  var heads = 1
  var keyHeads = 1
  var dimension = 8
  var softCap: Double?
  var reach = Attention.Reach.causal
  var queries: Int
  var keys: Int?
  var offset = 0

  var attention: Attention {
    Attention(
      heads: heads, keyHeads: keyHeads, dimension: dimension, scale: 0.37, softCap: softCap,
      reach: reach)
  }

  var keyCount: Int { keys ?? queries }

  var testDescription: String {
    "\(heads)/\(keyHeads)×\(dimension), \(queries) on \(keyCount) from \(offset), \(reach)"
  }

  /// q, k, v and dout, without gaps.
  func numbers<Scalar: DenseScalar>(
    as: Scalar.Type = Scalar.self
  ) -> (q: [Scalar], k: [Scalar], v: [Scalar], dout: [Scalar]) {
    func matrix(_ rows: Int, _ heads: Int, _ seed: Int) -> [Scalar] {
      denseNumbers(rows * heads * dimension, seed: seed, corners: false)
    }
    return (
      matrix(queries, heads, 1), matrix(keyCount, keyHeads, 2), matrix(keyCount, keyHeads, 3),
      matrix(queries, heads, 4)
    )
  }

  var document: AttentionDocument {
    AttentionDocument(queries: 0..<queries, keys: 0..<keyCount, offset: offset)
  }

  /// The output and log-sums, then dq, dk and dv.
  func results<Scalar: DenseScalar>(
    as: Scalar.Type, _ workers: Workers = .one, _ instructions: InstructionSet = .best
  ) -> [[Scalar]] {
    let (q, k, v, dout) = numbers(as: Scalar.self)
    let attention = attention
    var out = [Scalar](repeating: .nan, count: queries * heads * dimension)
    var logSums = [Scalar](repeating: .nan, count: queries * heads)
    attention.forward(
      q: q, k: k, v: v, attention.apart, [document], into: &out, logSums: &logSums,
      workers: workers, using: instructions)
    var (dq, dk, dv) = (q, k, v)
    attention.backward(
      dout, AttentionValues(q: q, k: k, v: v, out: out, logSums: logSums), attention.apart,
      [document], dq: &dq, dk: &dk, dv: &dv, workers: workers, using: instructions)
    return [out, logSums, dq, dk, dv]
  }
}
