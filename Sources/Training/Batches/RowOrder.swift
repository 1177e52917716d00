import Tensors

/// The order in which rows are taken, pass after pass, so many at a time; the last of a pass may be
/// fewer.
///
/// Each pass is shuffled anew unless the order of the file is asked for. Rows that are all taken at
/// once are never shuffled: each step has all, whatever their order.
struct RowOrder: Sendable {
  /// Rows that are taken at a time.
  let size: Int
  private let shuffles: Bool
  private var order: [Int]
  private var generator: Generator
  private(set) var position: BatchPosition

  /// The order of `count` rows; a `size` beyond them means all of them at once.
  init(count: Int, size: Int, shuffles: Bool, generator: Generator) {
    precondition(size > 0 && count > 0, "a batch has rows")
    self.size = min(size, count)
    self.shuffles = shuffles && size < count
    self.generator = generator
    order = Array(0..<count)
    position = BatchPosition(epoch: 0, row: 0, generator: generator)
    beginPass()
  }

  /// Whether all rows are taken at once.
  var isWhole: Bool { size == order.count }

  /// The next rows, and moves on.
  mutating func next() -> [Int] {
    let rows = Array(order[position.row..<min(position.row + size, order.count)])
    position.row += size
    if position.row >= order.count {
      position.row = 0
      position.epoch += 1
      position.generator = generator
      beginPass()
    }
    return rows
  }

  mutating func restore(_ position: BatchPosition) {
    self.position = position
    generator = position.generator
    beginPass()
  }

  /// The order of a pass depends on the generator alone, not on the pass before.
  private mutating func beginPass() {
    guard shuffles else { return }
    for index in order.indices { order[index] = index }
    generator.shuffle(&order)
  }
}
