import Kernels
import Tensors

extension Transformer {
  /// Rows of logits that are in memory at once: at most 16 MiB in f32.
  private var rowsAtOnce: Int { max(1, min(64, (1 << 22) / design.vocabulary)) }

  /// -ln p of each of the batch's targets, in nats, in the order of its wanted rows.
  ///
  /// Logits are made some rows at a time and never all.
  package func tokenLosses(
    _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ workers: Workers
  ) -> [Double] {
    guard case .labels(let labels) = batch.targets, let wanted = batch.wanted else {
      preconditionFailure("losses need tokens to compare with")
    }
    let pass = Pass.inference(workers)
    let states = hiddenStates(batch, &memory, pass)
    var losses: [Double] = []
    for first in stride(from: 0, to: wanted.count, by: rowsAtOnce) {
      let part = first..<min(wanted.count, first + rowsAtOnce)
      memory.wanted.take(wanted[part], of: states)
      var logits = head(&memory, pass)
      var loss = TokenLoss<Scalar>(labels: Array(labels[part]), vocabulary: logits.columns)
      loss.add(&logits.elements, columns: logits.columns, workers: workers)
      losses += loss.losses
    }
    return losses
  }
}
