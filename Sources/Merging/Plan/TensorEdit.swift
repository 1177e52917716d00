import Kernels
import Tensors

/// What a plan does to one tensor of the base: a replacement, one chain of updates, deltas of other
/// kinds, DoRA's magnitudes, and rows put in, in this order.
package struct TensorEdit: Sendable {
  /// The type and shape that the tensor has when the edit begins.
  package let type: DType
  package let shape: Shape
  /// The weight as the kernel sees it: `slabs` matrices `[rows, columns]`, one behind the other.
  ///
  /// All but stacked experts are one slab.
  let slabs: Int
  let rows: Int
  let columns: Int
  /// The parameter that an adapter brings whole, in the adapter's own type.
  var replacement: Tensor?
  /// The terms of each slab's chain, in the order of the adapters.
  var terms: [[UpdateTerm]]
  /// What is added besides, in the order of the adapters.
  var deltas: [WeightDelta] = []
  /// What is done after that, of one adapter alone.
  var stage: WeightStage?
  /// Rows that are put in last, in the adapter's own type.
  var rowReplacements: [(row: Int, values: Tensor)] = []
  /// The paths of the adapters that take part, for messages.
  var files: [String]

  /// The view of a tensor of `shape`: its first dimension is the rows, the others the columns.
  init(_ type: DType, _ shape: Shape, slabs: Int = 1) {
    self.type = type
    self.shape = shape
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
  package var hasTerms: Bool { stage != nil || !deltas.isEmpty || terms.contains { !$0.isEmpty } }

  /// Whether the other edit of a tensor of this shape gives every element the same value.
  func isSame(as other: Self) -> Bool {
    let isChain = zip(terms.joined(), other.terms.joined()).allSatisfy { $0.isSame(as: $1) }
    let isRows = zip(rowReplacements, other.rowReplacements).allSatisfy { $0 == $1 }
    return shape == other.shape && replacement == other.replacement && isChain && isRows
      && deltas == other.deltas
      && terms.map(\.count) == other.terms.map(\.count)
      && rowReplacements.count == other.rowReplacements.count
      && stage == nil && other.stage == nil
  }

  /// A part of a range that lies in one slab.
  struct SlabPart {
    let slab: Int
    /// Counted from the slab's start.
    let elements: Range<Int>
    /// Counted from the range's start.
    let local: Range<Int>
  }

  /// The parts of a range of the tensor's elements, slab by slab.
  func slabParts(of elements: Range<Int>) -> [SlabPart] {
    let size = rows * columns
    guard slabs > 1 else {
      return [SlabPart(slab: 0, elements: elements, local: 0..<elements.count)]
    }
    var parts: [SlabPart] = []
    var position = elements.lowerBound
    while position < elements.upperBound {
      let slab = position / size
      let end = min(elements.upperBound, (slab + 1) * size)
      parts.append(
        SlabPart(
          slab: slab, elements: (position - slab * size)..<(end - slab * size),
          local: (position - elements.lowerBound)..<(end - elements.lowerBound)))
      position = end
    }
    return parts
  }

  /// The chain of one slab, packed; nil when nothing is added there.
  ///
  /// - Throws: `OutOfMemory` when memory for the packed factors cannot be had.
  func packedUpdate(slab: Int, isDouble: Bool) throws -> PackedUpdate? {
    let chain = terms[slab]
    guard !chain.isEmpty else { return nil }
    let rank = chain.reduce(0) { $0 + $1.rank }
    if isDouble {
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
