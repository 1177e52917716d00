import Kernels

/// The specification of attention, a number at a time, in the order that `Attention.h` defines; one
/// document of dense matrices.
struct NaiveAttention<Scalar: DenseScalar> {
  let attention: Attention
  let q: [Scalar]
  let k: [Scalar]
  let v: [Scalar]
  let queries: Int
  let keys: Int
  let offset: Int

  private var group: Int { attention.heads / attention.keyHeads }
  private var dimension: Int { attention.dimension }

  func seen(_ query: Int) -> Range<Int> {
    let position = offset + query
    let first = attention.reach.before.map { max(0, position - $0) } ?? 0
    let end = min(keys, attention.reach.after.map { position + $0 + 1 } ?? keys)
    return min(first, end)..<end
  }

  private func chain(_ a: ArraySlice<Scalar>, _ b: ArraySlice<Scalar>) -> Scalar {
    zip(a, b).reduce(0) { $0.addingProduct($1.0, $1.1) }
  }

  /// Chains of 256.
  private func dot(_ a: ArraySlice<Scalar>, _ b: ArraySlice<Scalar>) -> Scalar {
    let sums = stride(from: 0, to: a.count, by: 256).map {
      chain(a.dropFirst($0).prefix(256), b.dropFirst($0).prefix(256))
    }
    return sums.dropFirst().reduce(sums[0], +)
  }

  private func query(_ matrix: [Scalar], _ i: Int, _ head: Int) -> ArraySlice<Scalar> {
    matrix[((i * attention.heads + head) * dimension)...].prefix(dimension)
  }

  private func key(_ matrix: [Scalar], _ j: Int, _ head: Int) -> ArraySlice<Scalar> {
    matrix[((j * attention.keyHeads + head / group) * dimension)...].prefix(dimension)
  }

  /// s, and u where there is a cap.
  private func score(_ i: Int, _ j: Int, _ head: Int) -> (s: Scalar, u: Scalar) {
    let s = Scalar(attention.scale) * dot(query(q, i, head), key(k, j, head))
    guard let cap = attention.softCap.map({ Scalar($0) }) else { return (s, 0) }
    let u = Scalar.evaluate(.tanh, s * (1 / cap))
    return (cap * u, u)
  }

  /// exp(x), and 0 where that is no normal number.
  private func weight(_ x: Scalar) -> Scalar {
    x < (Scalar.self == Float.self ? -87 : -708) ? 0 : .evaluate(.exp, x)
  }

  func row(_ i: Int, _ head: Int) -> (out: [Scalar], logSum: Scalar) {
    let seen = seen(i)
    var (m, l) = (-Scalar.infinity, [Scalar](repeating: 0, count: 16))
    var o = [Scalar](repeating: 0, count: dimension)
    guard !seen.isEmpty else { return (o, m) }
    for block in seen.lowerBound / 64...(seen.upperBound - 1) / 64 {
      let range = seen.clamped(to: block * 64..<(block + 1) * 64)
      let scores = range.map { score(i, $0, head).s }
      let next = scores.reduce(m) { $1 > $0 ? $1 : $0 }
      let a = weight(m - next)
      let p = scores.map { weight($0 - next) }
      l = l.map { $0 * a }
      for (j, p) in zip(range, p) { l[j % 16] += p }
      for d in o.indices {
        let sum = zip(range, p).reduce(0 as Scalar) { sum, pair in
          let values = key(v, pair.0, head)
          return sum.addingProduct(pair.1, values[values.startIndex + d])
        }
        o[d] = sum.addingProduct(o[d], a)
      }
      m = next
    }
    for half in [8, 4, 2, 1] { for u in 0..<half { l[u] += l[u + half] } }
    return (o.map { $0 * (1 / l[0]) + 0 }, m + .evaluate(.log, l[0]))
  }

  var forward: (out: [Scalar], logSums: [Scalar]) {
    let rows = (0..<queries * attention.heads).map {
      row($0 / attention.heads, $0 % attention.heads)
    }
    return (rows.flatMap(\.out), rows.map(\.logSum))
  }

  func backward(
    _ dout: [Scalar], out: [Scalar], logSums: [Scalar]
  ) -> (dq: [Scalar], dk: [Scalar], dv: [Scalar]) {
    var (dq, dk, dv) = (
      q.map { _ in 0 as Scalar }, k.map { _ in 0 as Scalar }, v.map { _ in 0 as Scalar }
    )
    for tile in stride(from: 0, to: queries, by: 32) {
      let rows = tile..<min(queries, tile + 32)
      for head in 0..<attention.heads {
        for block in stride(from: 0, to: keys, by: 64) {
          let columns = block..<min(keys, block + 64)
          let slopes = rows.map { i in
            columns.map { slope(i, $0, head, dout, out, logSums[i * attention.heads + head]) }
          }
          for d in 0..<dimension {
            for i in rows {
              let sum = columns.reduce(0 as Scalar) { sum, j in
                sum.addingProduct(slopes[i - tile][j - block].ds, k[place(key: j, head) + d])
              }
              dq[place(query: i, head) + d] += sum
            }
            for j in columns {
              let (ofV, ofK) = rows.reduce((0 as Scalar, 0 as Scalar)) { sums, i in
                let slope = slopes[i - tile][j - block]
                let at = place(query: i, head) + d
                return (
                  sums.0.addingProduct(slope.p, dout[at]), sums.1.addingProduct(slope.ds, q[at])
                )
              }
              dv[place(key: j, head) + d] += ofV
              dk[place(key: j, head) + d] += ofK
            }
          }
        }
      }
    }
    return (dq, dk, dv)
  }

  private func place(query i: Int, _ head: Int) -> Int { (i * attention.heads + head) * dimension }

  private func place(key j: Int, _ head: Int) -> Int {
    (j * attention.keyHeads + head / group) * dimension
  }

  private func slope(
    _ i: Int, _ j: Int, _ head: Int, _ dout: [Scalar], _ out: [Scalar], _ logSum: Scalar
  ) -> (p: Scalar, ds: Scalar) {
    guard seen(i).contains(j) else { return (0, 0) }
    let (s, u) = score(i, j, head)
    let p = weight(s - logSum)
    let delta = chain(query(dout, i, head), query(out, i, head))
    var ds = p * (dot(query(dout, i, head), key(v, j, head)) - delta)
    if attention.softCap != nil { ds *= (1 as Scalar).addingProduct(-u, u) }
    return (p, ds * Scalar(attention.scale))
  }
}
