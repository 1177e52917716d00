import Kernels
import Tensors

/// y = output(softmax(scale·q kᵀ) v), with q, k, v = projections of x, normed, kept in bounds and turned.
///
/// Shapes: x [T, width], q [T, heads·d], k and v [T, keyHeads·d], y [T, width]; or q, k and v side by side
/// in one matrix.
package struct AttentionLayer<Scalar: DenseScalar>: Sendable {
  /// How q, k and v are made.
  package enum Form: Sendable {
    /// By three layers.
    case separate
    /// By one layer: all of q, all of k, all of v.
    case joined
    /// By one layer: q, k and v of each head in turn.
    case joinedByHead
  }

  /// Makes q, or all three.
  package internal(set) var query: Linear<Scalar>
  package internal(set) var key: Linear<Scalar>?
  package internal(set) var value: Linear<Scalar>?
  package internal(set) var output: Linear<Scalar>
  package internal(set) var queryNorm: NormLayer<Scalar>?
  package internal(set) var keyNorm: NormLayer<Scalar>?
  let form: Form
  let attention: Attention
  /// Whether the norms are over all heads together.
  let normsAllHeads: Bool
  /// q, k and v are kept within ± this.
  let clip: Double?
  /// Which kind of rotary embedding it has.
  let rotation: Int?

  /// What `backward` needs of the last `forward` beside x.
  package struct Memory: Sendable {
    var query = Linear<Scalar>.Memory()
    var key = Linear<Scalar>.Memory()
    var value = Linear<Scalar>.Memory()
    var output = Linear<Scalar>.Memory()
    var queryNorm = NormLayer<Scalar>.Memory()
    var keyNorm = NormLayer<Scalar>.Memory()
    /// As attention reads them; where they are joined all three are q.
    var q = Matrix<Scalar>(rows: 0, columns: 0)
    var k = Matrix<Scalar>(rows: 0, columns: 0)
    var v = Matrix<Scalar>(rows: 0, columns: 0)
    /// As they are projected, where they are normed or kept in bounds after that.
    var projected = Projections<Scalar>()
    /// [T, heads·d].
    var attended = Matrix<Scalar>(rows: 0, columns: 0)
    /// [T, heads].
    var logSums: [Scalar] = []

    package init() {}
  }

  var isJoined: Bool { form != .separate }

  var places: Attention.Places {
    switch form {
    case .separate: return attention.apart
    case .joined: return attention.joined
    case .joinedByHead:
      let (heads, d) = (attention.heads, attention.dimension)
      func place(_ part: Int) -> HeadPlace {
        HeadPlace(
          heads: heads, dimension: d, first: part * d, headPitch: 3 * d, pitch: 3 * heads * d)
      }
      return Attention.Places(q: place(0), k: place(1), v: place(2))
    }
  }

  /// y [T, width], overwritten, of x [T, width].
  ///
  /// - Parameters:
  ///   - x: [T, width].
  ///   - y: Overwritten.
  ///   - memory: Overwritten.
  ///   - cache: Keys and values from before, which those of x join; nil where x is all.
  ///   - passage: Which rows see each other, and where they stand.
  func forward(
    _ x: Matrix<Scalar>, into y: inout Matrix<Scalar>, _ memory: inout Memory,
    _ cache: inout KeyValueCache<Scalar>.Layer?, _ passage: inout Passage<Scalar>
  ) {
    let pass = passage.pass
    project(x, &memory, pass)
    norm(&memory, pass)
    if let clip { clamp(&memory, clip) }
    turn(&memory, passage.plan, pass)
    memory.attended.reshape(rows: x.rows, columns: attention.heads * attention.dimension)
    memory.logSums.fill(to: x.rows * attention.heads)
    attend(&memory, passage.plan, &cache, pass)
    output.forward(memory.attended, into: &y, &memory.output, pass)
  }

  private func project(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    query.forward(x, into: &memory.q, &memory.query, pass)
    key?.forward(x, into: &memory.k, &memory.key, pass)
    value?.forward(x, into: &memory.v, &memory.value, pass)
  }

  private func norm(_ memory: inout Memory, _ pass: Pass) {
    guard let queryNorm, let keyNorm else { return }
    swap(&memory.q, &memory.projected.q)
    swap(&memory.k, &memory.projected.k)
    queryNorm.forward(
      memory.projected.q, at: normPlace(attention.heads), into: &memory.q, &memory.queryNorm, pass)
    keyNorm.forward(
      memory.projected.k, at: normPlace(attention.keyHeads), into: &memory.k, &memory.keyNorm,
      pass)
  }

  /// Where the parts lie that are normed each by itself.
  func normPlace(_ heads: Int) -> HeadPlace {
    normsAllHeads
      ? HeadPlace(columns: heads * attention.dimension)
      : HeadPlace(heads: heads, dimension: attention.dimension)
  }

  private func clamp(_ memory: inout Memory, _ limit: Double) {
    memory.projected.q.take(0..<memory.q.rows, of: memory.q)
    memory.projected.k.take(0..<memory.k.rows, of: memory.k)
    memory.projected.v.take(0..<memory.v.rows, of: memory.v)
    memory.q.clamp(limit)
    memory.k.clamp(limit)
    memory.v.clamp(limit)
  }

  private func turn(_ memory: inout Memory, _ plan: SequencePlan<Scalar>, _ pass: Pass) {
    guard let rotation else { return }
    let (tables, places) = (plan.rotations, places)
    tables.rotate(&memory.q, at: places.q, by: rotation, pass.workers)
    if isJoined {
      tables.rotate(&memory.q, at: places.k, by: rotation, pass.workers)
    } else {
      tables.rotate(&memory.k, at: places.k, by: rotation, pass.workers)
    }
  }

  private func attend(
    _ memory: inout Memory, _ plan: SequencePlan<Scalar>,
    _ cache: inout KeyValueCache<Scalar>.Layer?, _ pass: Pass
  ) {
    let (k, v) = isJoined ? (memory.q, memory.q) : (memory.k, memory.v)
    guard cache != nil else {
      attention.forward(
        q: memory.q.elements, k: k.elements, v: v.elements, places, plan.documents,
        into: &memory.attended.elements, logSums: &memory.logSums, workers: pass.workers)
      return
    }
    cache?.append(keys: k, values: v, at: places)
    guard let cache else { return }
    let own = attention.apart
    attention.forward(
      q: memory.q.elements, k: cache.keys, v: cache.values,
      Attention.Places(q: places.q, k: own.k, v: own.v), [cache.document(of: memory.q.rows)],
      into: &memory.attended.elements, logSums: &memory.logSums, workers: pass.workers)
  }
}

/// q, k and v, or their gradients; where they are joined q is all three.
struct Projections<Scalar: DenseScalar>: Sendable {
  var q = Matrix<Scalar>(rows: 0, columns: 0)
  var k = Matrix<Scalar>(rows: 0, columns: 0)
  var v = Matrix<Scalar>(rows: 0, columns: 0)
}

extension AttentionLayer {
  /// Calls `body` with every linear layer.
  mutating func withLinears(_ body: (inout Linear<Scalar>) throws -> Void) rethrows {
    try body(&query)
    try key?.apply(body)
    try value?.apply(body)
    try body(&output)
  }

  mutating func withNorms(_ body: (inout NormLayer<Scalar>) throws -> Void) rethrows {
    try queryNorm?.apply(body)
    try keyNorm?.apply(body)
  }
}

extension Matrix {
  /// Keeps every element within ± `limit`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func clamp(_ limit: Double) {
    let limit = Scalar(limit)
    for index in 0..<count { elements[index] = max(-limit, min(limit, elements[index])) }
  }

  /// Makes those elements 0 where `values` were beyond ± `limit`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  mutating func clear(where values: Matrix, beyond limit: Double) {
    let limit = Scalar(limit)
    for index in 0..<count where abs(values.elements[index]) > limit { elements[index] = 0 }
  }
}

extension Array where Element: DenseScalar {
  /// Makes room for at least `count` numbers, whatever they are.
  mutating func fill(to count: Int) {
    if self.count < count { self = Array(repeating: 0, count: count) }
  }
}
