import Adapters
import Kernels
import Tensors

/// What is added to a weight, seen as a matrix `[rows, columns]`, and is no product of two factors.
struct WeightDelta: Sendable, Equatable {
  enum Form: Sendable, Equatable {
    /// `(up₁·down₁) ⊙ (up₂·down₂)`, element by element, of `[rows, r]` and `[r, columns]`.
    case hadamard(LowRankPair, LowRankPair)
    /// `left ⊗ right` of two matrices.
    case kronecker(Tensor, Tensor)
    /// A tensor of the weight's own shape.
    case whole(Tensor)
  }

  let form: Form
  /// The adapter's scaling times the user's weight.
  let scale: Double
}

/// A `WeightDelta`, ready to be added to any range of its weight.
///
/// | form      | an element                                                                      |
/// |-----------|---------------------------------------------------------------------------------|
/// | hadamard  | two chains as `PackedUpdate`'s, the first scaled, and one product               |
/// | kronecker | `(scale · left) · right` in f64, rounded once to what sums are taken in          |
/// | whole     | `scale · element` in f64, rounded once                                          |
///
/// It is then added to the weight, and the sum rounded once. So the bits are the same on every machine.
struct PackedDelta: Sendable {
  private enum Form: Sendable {
    case hadamard(PackedUpdate, PackedUpdate)
    /// `left` is scaled.
    case kronecker(left: [Double], right: [Double], size: (rows: Int, columns: Int))
    case whole(Tensor, FloatFormat, scale: Double)
  }

  private let form: Form
  private let columns: Int

  /// - Parameters:
  ///   - delta: Of a weight of this size.
  ///   - rows: Of the weight as a matrix.
  ///   - columns: The others together.
  ///   - isDouble: Whether sums are taken in f64.
  /// - Throws: `OutOfMemory` when memory for packed factors cannot be had.
  init(_ delta: WeightDelta, rows: Int, columns: Int, isDouble: Bool) throws {
    self.columns = columns
    switch delta.form {
    case .hadamard(let first, let second):
      form = .hadamard(
        try Self.packed(first, scale: delta.scale, rows, columns, isDouble: isDouble),
        try Self.packed(second, scale: 1, rows, columns, isDouble: isDouble))
    case .kronecker(let left, let right):
      form = .kronecker(
        left: (left.doubles ?? []).map { $0 * delta.scale }, right: right.doubles ?? [],
        size: (right.shape[0], right.shape[1]))
    case .whole(let tensor):
      form = .whole(tensor, tensor.type.floatFormat ?? .f32, scale: delta.scale)
    }
  }

  private static func packed(
    _ pair: LowRankPair, scale: Double, _ rows: Int, _ columns: Int, isDouble: Bool
  ) throws -> PackedUpdate {
    let rank = pair.up.shape.elementCount / max(rows, 1)
    let (up, down) = ((pair.up.doubles ?? []).map { $0 * scale }, pair.down.doubles ?? [])
    guard !isDouble else {
      return try PackedUpdate(rows: rows, columns: columns, rank: rank, up: up, down: down)
    }
    return try PackedUpdate(
      rows: rows, columns: columns, rank: rank, up: up.map { Float($0) },
      down: down.map { Float($0) })
  }

  /// Adds the delta of a range of elements to `values` from index `start` on.
  func add<Value: SumScalar>(
    _ elements: Range<Int>, to values: inout [Value], at start: Int = 0
  ) {
    switch form {
    case .hadamard(let first, let second):
      var (left, right) = (
        [Value](repeating: 0, count: elements.count), [Value](repeating: 0, count: elements.count)
      )
      Value.add(first, elements, to: &left, at: 0)
      Value.add(second, elements, to: &right, at: 0)
      for index in left.indices { values[start + index] += left[index] * right[index] }
    case .kronecker(let left, let right, let size):
      addKronecker(left, right, size, elements, to: &values, at: start)
    case .whole(let tensor, let format, let scale):
      let size = format.byteCount
      let range = (elements.lowerBound * size)..<(elements.upperBound * size)
      let added = tensor.bytes.withBytes {
        FloatCoding.doubles(of: $0.extracting(range), as: format)
      }
      for index in added.indices { values[start + index] += Value(added[index] * scale) }
    }
  }

  private func addKronecker<Value: SumScalar>(
    _ left: [Double], _ right: [Double], _ size: (rows: Int, columns: Int),
    _ elements: Range<Int>, to values: inout [Value], at start: Int
  ) {
    let leftColumns = columns / size.columns
    var element = elements.lowerBound
    while element < elements.upperBound {
      let (row, column) = element.quotientAndRemainder(dividingBy: columns)
      let (block, inner) = column.quotientAndRemainder(dividingBy: size.columns)
      let count = min(size.columns - inner, elements.upperBound - element)
      let factor = left[row / size.rows * leftColumns + block]
      let source = row % size.rows * size.columns + inner
      let target = start + element - elements.lowerBound
      for index in 0..<count { values[target + index] += Value(factor * right[source + index]) }
      element += count
    }
  }
}
