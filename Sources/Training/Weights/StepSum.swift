import Kernels
import Tensors

/// A sum over the rows of a step, which may come in portions: the bits are those of all rows at once.
///
/// Rows are summed in blocks of `blockRows`, and blocks along a balanced tree over their numbers; see
/// `BlockRows.h`. Between two portions wait the chain of a block that is not full, and those nodes of
/// the tree that have no right side yet.
package struct StepSum<Scalar: DenseScalar>: Sendable {
  /// Adds up some rows of the portion at hand: overwrites `sum`, or goes on with the chain that it
  /// holds; then the rows are all of one block.
  package typealias Portion = (
    _ rows: Range<Int>, _ sum: inout [Scalar], _ continues: Bool
  ) -> Void

  /// A part of the tree.
  private struct Node {
    /// It covers 2^level blocks.
    let level: Int
    var values: [Scalar]
  }

  /// How far a step has come.
  private enum Progress {
    /// No row is in.
    case nothing
    /// `total` has the rows so far.
    case total
    /// The nodes have them, or `rowSum`.
    case portions
  }

  /// The sum of all rows, once they are in.
  package private(set) var total: [Scalar]
  private var progress = Progress.nothing
  /// Rows that the nodes have: of those that the layer sees, which may be fewer than the step's.
  private var rows = 0
  /// Numbers of a row of the sum.
  private let columns: Int
  private var nodes: [Node] = []
  /// The last block's chain, while it is not full.
  private var open: [Scalar]?
  /// In place of the nodes for a sum that is added row by row.
  private var rowSum: BlockSum<Scalar>?
  /// Memory to use again.
  private var spare: [[Scalar]] = []

  init(_ shape: Shape) {
    total = Array(zeros: shape.elementCount)
    columns = shape.rank > 1 ? shape.elementCount / shape[0] : shape.elementCount
  }

  /// Takes in the next rows of a step, `count` of them, by `portion`.
  mutating func add(_ pass: Pass, rows count: Int, _ portion: Portion) {
    guard count > 0 else { return }
    guard !pass.isWhole || progress == .portions else {
      progress = .total
      return portion(0..<count, &total, false)
    }
    begin()
    var row = 0
    while row < count {
      let place = rows + row
      let filled = place % blockRows
      if filled == 0, count - row >= blockRows {
        let level = min(
          (place / blockRows).trailingZeroBitCount, ((count - row) / blockRows).leadingBit)
        let rows = row..<row + blockRows << level
        var values = takeSpare()
        portion(rows, &values, false)
        join(Node(level: level, values: values))
        row = rows.upperBound
      } else {
        let rows = row..<min(count, row + blockRows - filled)
        var values = open.take() ?? takeSpare()
        portion(rows, &values, filled > 0)
        if filled + rows.count == blockRows {
          join(Node(level: 0, values: values))
        } else {
          open = values
        }
        row = rows.upperBound
      }
    }
    rows += count
  }

  /// Takes in the next rows of a step in one chain for each number: `add` adds them to the sum so far,
  /// the lower row first.
  mutating func addChain(_ add: (inout [Scalar]) -> Void) {
    if progress == .nothing { clear() }
    progress = .total
    add(&total)
  }

  /// Takes in the next rows of a step, which `add` adds to the sum so far.
  mutating func addColumns(_ add: (inout BlockSum<Scalar>) -> Void) {
    var sum = rowSum.take() ?? BlockSum(columns: total.count)
    progress = .portions
    add(&sum)
    rowSum = sum
  }

  /// Adds up what waits.
  ///
  /// A node without a right side is its left side; without a row the sum is 0.
  mutating func finish() {
    defer { (progress, rows) = (.nothing, 0) }
    switch progress {
    case .nothing: clear()
    case .total: break
    case .portions: finishPortions()
    }
  }

  private mutating func finishPortions() {
    if let sum = rowSum.take() { return sum.total(into: &total) }
    if let open = open.take() { nodes.append(Node(level: 0, values: open)) }
    guard var sum = nodes.popLast()?.values else { return }
    while let left = nodes.popLast() { add(left.values, to: &sum) }
    spare.append(total)
    total = sum
  }

  private mutating func clear() {
    let width = max(1, columns)
    fillRows(
      &total, with: Array(repeating: 0, count: width), rows: total.count / width)
  }

  /// total += another sum.
  mutating func add(_ other: [Scalar]) {
    addScaledColumns(
      other, factors: Array(repeating: 1, count: columns), to: &total,
      rows: total.count / max(1, columns))
  }

  /// A step begins with its first portion, whatever an unfinished one left.
  private mutating func begin() {
    guard progress != .portions else { return }
    progress = .portions
    spare += nodes.map(\.values)
    (nodes, rows) = ([], 0)
    if let open = open.take() { spare.append(open) }
  }

  /// Adds nodes of the same level up, the left one first.
  private mutating func join(_ node: Node) {
    var node = node
    while let left = nodes.last, left.level == node.level {
      nodes.removeLast()
      add(left.values, to: &node.values)
      node = Node(level: node.level + 1, values: node.values)
    }
    nodes.append(node)
  }

  /// right = left + right, and `left` is used up.
  private mutating func add(_ left: [Scalar], to right: inout [Scalar]) {
    addScaledColumns(
      left, factors: Array(repeating: 1, count: columns), to: &right,
      rows: right.count / max(1, columns))
    spare.append(left)
  }

  private mutating func takeSpare() -> [Scalar] {
    spare.popLast() ?? Array(zeros: total.count)
  }
}

extension Int {
  /// The place of the highest bit that is set.
  fileprivate var leadingBit: Int { bitWidth - 1 - leadingZeroBitCount }
}
