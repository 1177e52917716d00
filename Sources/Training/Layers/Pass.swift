import Kernels
import Tensors

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

  package var workers: Workers
  /// The place of the batch's first row among the rows of its step.
  package let firstRow: Int
  private let chance: Chance?

  /// A pass that draws nothing: outputs are what they are.
  package static func scoring(_ workers: Workers) -> Pass {
    Pass(workers: workers, firstRow: 0, chance: nil)
  }

  /// A pass of the `step`-th step, from 0, over its rows from `firstRow` on.
  package static func training(
    _ workers: Workers, seed: UInt64, step: Int, firstRow: Int = 0
  ) -> Pass {
    Pass(workers: workers, firstRow: firstRow, chance: Chance(seed: seed, step: step))
  }

  private init(workers: Workers, firstRow: Int, chance: Chance?) {
    (self.workers, self.firstRow, self.chance) = (workers, firstRow, chance)
  }

  /// Where the draws for the rows of `layer` begin; nil when nothing is drawn.
  func generator(layer: UInt64, row: Int) -> Generator? {
    guard let chance else { return nil }
    let words = [UInt64(chance.step), layer, UInt64(firstRow + row)]
    return words.reduce(into: Generator(seed: chance.seed)) { generator, word in
      generator = Generator(seed: generator.next() ^ word)
    }
  }
}
