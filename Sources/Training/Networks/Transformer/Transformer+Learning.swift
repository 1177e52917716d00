import Kernels
import Tables
import Tensors

extension Transformer {
  /// Rows of logits that are in memory at once in training: whole blocks of rows, and no more than
  /// 32 MiB of them in f32 unless one block is more.
  package static func logitRows(vocabulary: Int) -> Int {
    max(blockRows, min(512, (1 << 23) / vocabulary / blockRows * blockRows))
  }

  /// Logits are made some rows at a time, of rows that have a label, and become their gradient in place.
  package mutating func learn(
    from batch: TokenBatch<Scalar>, _ memory: inout Memory, _ gradient: inout Matrix<Scalar>,
    _ pass: Pass, _ loss: inout StepLoss
  ) {
    guard language != nil, loss.isPlainCrossEntropy, let wanted = batch.wanted,
      case .labels(let labels) = batch.targets
    else { return learnFromOutputs(batch, &memory, &gradient, pass, &loss) }
    let lowest = lowestTrained
    let states = hiddenStates(batch, &memory, pass)
    memory.language.flow.goesOn = lowest != .head
    gradient.reshape(rows: batch.rows, columns: design.width)
    gradient.setZero()
    let portion = Self.logitRows(vocabulary: design.vocabulary)
    for first in stride(from: 0, to: wanted.count, by: portion) {
      let part = first..<min(wanted.count, first + portion)
      let rows = Array(wanted[part])
      memory.wanted.take(rows[...], of: states)
      let pass = pass.seeing(rows, areAll: part.count == wanted.count)
      withTiedRows { network, tokens in
        network.language?.learn(
          from: memory.wanted, Array(labels[part]), &tokens, &memory.language, pass, &loss)
      }
      guard lowest != .head else { continue }
      let d = memory.language.flow.below
      gradient.add(d, times: Array(repeating: 1, count: rows.count), at: rows)
    }
    memory.language.flow.goesOn = true
    backward(below: &gradient, to: lowest, batch, &memory, pass)
  }
}
