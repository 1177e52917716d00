import Kernels

/// All that an edit adds to a weight, packed: the low-rank chain of each slab, then deltas of other
/// kinds, in the order of the adapters.
struct PackedSum: Sendable {
  /// One for each slab; nil where no chain is.
  let updates: [PackedUpdate?]
  private let deltas: [PackedDelta]
  private let edit: TensorEdit

  /// - Throws: `OutOfMemory` when memory for packed factors cannot be had.
  init(_ edit: TensorEdit, isDouble: Bool) throws {
    self.edit = edit
    updates = try (0..<edit.slabs).map { try edit.packedUpdate(slab: $0, isDouble: isDouble) }
    deltas = try edit.deltas.map {
      try PackedDelta($0, rows: edit.rows, columns: edit.columns, isDouble: isDouble)
    }
  }

  /// Adds the sum of a range of the tensor's elements to `values`, which holds just them.
  func add<Value: SumScalar>(_ elements: Range<Int>, to values: inout [Value]) {
    for part in edit.slabParts(of: elements) {
      guard let update = updates[part.slab] else { continue }
      Value.add(update, part.elements, to: &values, at: part.local.lowerBound)
    }
    for delta in deltas { delta.add(elements, to: &values) }
  }

  /// W plus the sum, of a range whose bytes are `source`.
  func values<Value: SumScalar>(
    _ elements: Range<Int>, of source: RawSpan, as format: FloatFormat
  ) -> [Value] {
    var values = Value.values(of: source, as: format)
    add(elements, to: &values)
    return values
  }

  /// The sum of a range of the tensor's elements, in f32.
  func delta(_ elements: Range<Int>, isDouble: Bool) -> [Float] {
    guard isDouble else {
      var sums = [Float](repeating: 0, count: elements.count)
      add(elements, to: &sums)
      return sums
    }
    var sums = [Double](repeating: 0, count: elements.count)
    add(elements, to: &sums)
    return sums.map { Float($0) }
  }
}
