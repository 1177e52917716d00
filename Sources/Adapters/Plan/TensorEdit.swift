import Kernels
import Tensors

/// What a plan does to one tensor of the base: a replacement, one chain of updates, DoRA's
/// magnitudes, and rows put in, in this order.
package struct TensorEdit: Sendable {
  /// The weight as the kernel sees it: `slabs` matrices `[rows, columns]`, one behind the other.
  ///
  /// All but stacked experts are one slab.
  let slabs: Int
  let rows: Int
  let columns: Int
  /// The parameter that an adapter brings whole, in the base's type and shape.
  var replacement: Tensor?
  /// The terms of each slab's chain, in the order of the adapters.
  var terms: [[UpdateTerm]]
  /// DoRA's magnitudes, applied after the one term that then is allowed.
  var magnitude: MagnitudeStage?
  /// Rows that are put in last, in the base's type.
  var rowReplacements: [(row: Int, bytes: [UInt8])] = []
  /// The paths of the adapters that take part, for messages.
  var files: [String]
  /// How many adapter tensors end here.
  var tensorCount = 0

  /// The view of a tensor of `shape`: its first dimension is the rows, the others the columns.
  init(_ shape: Shape, slabs: Int = 1) {
    let dimensions = slabs == 1 ? shape.dimensions[...] : shape.dimensions.dropFirst()
    self.slabs = slabs
    rows = dimensions.first ?? 1
    columns = dimensions.dropFirst().reduce(1, *)
    terms = Array(repeating: [], count: slabs)
    files = []
  }

  /// Ranks of all adapters together: the length of each element's chain.
  package var rank: Int {
    terms.map { $0.reduce(0) { $0 + $1.rank } }.max() ?? 0
  }

  /// Whether the edit adds something, beyond replacing.
  package var hasTerms: Bool { terms.contains { !$0.isEmpty } }

  /// The chain of one slab, packed for weights of `format`; nil when nothing is added there.
  ///
  /// - Throws: when memory for the packed factors cannot be had.
  func packedUpdate(slab: Int, format: FloatFormat) throws -> PackedUpdate? {
    let chain = terms[slab]
    guard !chain.isEmpty else { return nil }
    let rank = chain.reduce(0) { $0 + $1.rank }
    if format == .f64 {
      return try PackedUpdate(
        rows: rows, columns: columns, rank: rank,
        up: Self.sideBySide(chain.map { ($0.up.doubles(), $0.rank) }, rows: rows),
        down: chain.flatMap { $0.down.doubles() })
    }
    return try PackedUpdate(
      rows: rows, columns: columns, rank: rank,
      up: Self.sideBySide(chain.map { ($0.up.floats(), $0.rank) }, rows: rows),
      down: chain.flatMap { $0.down.floats() })
  }

  /// Matrices of the same height `[rows, rank]` as one `[rows, Σ rank]`.
  private static func sideBySide<Value>(
    _ matrices: [(values: [Value], rank: Int)], rows: Int
  ) -> [Value] {
    guard matrices.count > 1 else { return matrices.first?.values ?? [] }
    var result: [Value] = []
    result.reserveCapacity(matrices.reduce(0) { $0 + $1.values.count })
    for row in 0..<rows {
      for (values, rank) in matrices {
        result += values[(row * rank)..<((row + 1) * rank)]
      }
    }
    return result
  }
}
