import Kernels
import Tensors

/// What may have been done to a weight with the adapters in question.
struct Explanation: Sendable, Equatable {
  /// What each adapter was multiplied by, beside the weight that the user gives it.
  var factors: [Double]
  /// How far off the factors may be, relative to them.
  var uncertainty = 0.0
  /// How many times all of it was added, one after the other.
  var times = 1
  var isTransposed = false
  /// The only rows that were changed, counted over all slabs; nil for all.
  var rows: [Range<Int>]?
  /// The only columns that were changed; nil for all.
  var columns: [Range<Int>]?

  /// What the user says.
  static func asClaimed(_ adapters: Int) -> Self {
    Self(factors: Array(repeating: 1, count: adapters))
  }

  /// Nothing was added.
  static func untouched(_ adapters: Int) -> Self {
    Self(factors: Array(repeating: 0, count: adapters))
  }

  /// As the user says, without one of the adapters.
  static func lacking(_ adapter: Int, of adapters: Int) -> Self {
    var result = asClaimed(adapters)
    result.factors[adapter] = 0
    return result
  }
}

/// What the adapters in question add to one weight, matrix by matrix.
struct AuditedUpdate: Sendable {
  /// [slab][adapter]; nil where the adapter leaves the matrix alone.
  let slabs: [[AdapterTerm?]]
  /// Of one slab.
  let rows: Int
  let columns: Int

  var adapterCount: Int { slabs[0].count }
  var slabSize: Int { rows * columns }

  /// Whether an adapter adds something.
  func touches(_ adapter: Int) -> Bool {
    slabs.contains { $0[adapter].map { !$0.isIdle } ?? false }
  }

  /// Whether anything is added.
  var isIdle: Bool { (0..<adapterCount).allSatisfy { !touches($0) } }

  /// Packs what an explanation adds, slab by slab.
  ///
  /// - Parameters:
  ///   - explanation: What was done.
  ///   - factors: What the factors are rounded to before.
  ///   - isDouble: Whether to compute in f64.
  /// - Returns: The terms of each slab.
  /// - Throws: `OutOfMemory`.
  func packed(
    _ explanation: Explanation, factors: FloatFormat? = nil, isDouble: Bool
  ) throws(OutOfMemory) -> [PackedTerms] {
    var result: [PackedTerms] = []
    for (slab, terms) in slabs.enumerated() {
      var chosen: [(term: AdapterTerm, factor: Double)] = []
      for (adapter, term) in terms.enumerated() {
        guard let term else { continue }
        let bent = bent(term, slab: slab, explanation, factors)
        chosen.append((bent, explanation.factors[adapter]))
      }
      chosen = (0..<explanation.times).flatMap { _ in chosen }
      result.append(try PackedTerms(chosen, isDouble: isDouble))
    }
    return result
  }

  private func bent(
    _ term: AdapterTerm, slab: Int, _ explanation: Explanation, _ factors: FloatFormat?
  ) -> AdapterTerm {
    var term = explanation.isTransposed ? term.transposed : term
    if let factors { term = term.rounded(to: factors) }
    if let kept = explanation.rows {
      let own = slab * rows..<(slab + 1) * rows
      term = term.keeping(
        rows: kept.map { $0.clamped(to: own) }.filter { !$0.isEmpty }.map {
          $0.lowerBound - own.lowerBound..<$0.upperBound - own.lowerBound
        })
    }
    if let kept = explanation.columns { term = term.keeping(columns: kept) }
    return term
  }
}
