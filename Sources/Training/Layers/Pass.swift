import Kernels

/// One way through a network: the threads, and what is drawn by chance.
///
/// What is drawn depends on the seed, the step, the row of the step and the layer alone. So a part of a
/// network can be computed again, or the rows of a step in parts, and the same is drawn.
package struct Pass: Sendable {
  /// What chance depends on beside the layer and the row.
  private struct Chance {
    let seed: UInt64
    let step: Int
  }

  package let workers: Workers
  /// The place of the batch's first row among the rows of its step.
  package private(set) var firstRow: Int
  /// Whether a layer has all of the step's rows that it sees.
  package private(set) var isWhole: Bool
  /// Which rows of the batch a layer sees, in its order; nil for all.
  private var seen: [Int]?
  private let chance: Chance?
  /// Whether a backward may follow, so that each layer keeps what it needs then.
  package private(set) var keepsMemory = true

  /// A pass that draws nothing: outputs are what they are.
  package static func scoring(_ workers: Workers) -> Pass {
    Pass(workers: workers, firstRow: 0, isWhole: true, chance: nil)
  }

  /// A pass that draws nothing, and that no backward follows: layers may use one memory in turn.
  package static func inference(_ workers: Workers) -> Pass {
    var pass = scoring(workers)
    pass.keepsMemory = false
    return pass
  }

  /// A pass of the `step`-th step, from 0, over all its rows.
  package static func training(_ workers: Workers, seed: UInt64, step: Int) -> Pass {
    Pass(workers: workers, firstRow: 0, isWhole: true, chance: Chance(seed: seed, step: step))
  }

  /// The same, over some rows of a step with `count` rows.
  package func over(_ rows: Range<Int>, of count: Int) -> Pass {
    var pass = self
    (pass.firstRow, pass.isWhole) = (rows.lowerBound, rows == 0..<count)
    return pass
  }

  /// The same for a layer that sees some rows of the batch only, in this order; `areAll` is whether it
  /// sees no others.
  func seeing(_ rows: [Int], areAll: Bool = true) -> Pass {
    var pass = self
    (pass.seen, pass.isWhole) = (rows, isWhole && areAll)
    return pass
  }

  /// The places in the step of the `count` rows that a layer sees.
  func places(_ count: Int) -> [Int] {
    guard let seen else { return Array(firstRow..<firstRow + count) }
    precondition(seen.count == count, "as many rows as are seen")
    return seen.map { firstRow + $0 }
  }

  private init(workers: Workers, firstRow: Int, isWhole: Bool, chance: Chance?) {
    (self.workers, self.firstRow) = (workers, firstRow)
    (self.isWhole, self.chance) = (isWhole, chance)
  }

  /// What a layer leaves out of its input; nil when it leaves nothing out.
  func mask(_ layer: Int, _ probability: Double) -> DropoutMask? {
    guard let chance, probability > 0 else { return nil }
    return DropoutMask(
      seed: chance.seed, step: chance.step, layer: layer, probability: probability)
  }
}
