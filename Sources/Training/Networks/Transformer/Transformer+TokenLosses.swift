import Kernels
import Tensors

extension Transformer {
  /// Rows whose logits are computed at once.
  private static var portion: Int { 128 }

  /// The loss of each target of a batch, in nats, in the batch's order.
  ///
  /// The logits of a portion of rows exist at a time; what a row's loss is does not depend on the
  /// others.
  ///
  /// - Parameters:
  ///   - batch: Sequences, and which tokens are to be foretold.
  ///   - memory: What is worked in.
  ///   - workers: The threads.
  /// - Returns: As many losses as the batch wants outputs.
  package func tokenLosses(
    _ batch: TokenBatch<Scalar>, _ memory: inout Memory, _ workers: Workers
  ) -> [Double] {
    guard case .labels(let labels) = batch.targets, let wanted = batch.wanted else {
      preconditionFailure("tokens are to be foretold")
    }
    let pass = Pass.inference(workers)
    let states = hiddenStates(batch, &memory, pass)
    var losses: [Double] = []
    for start in stride(from: 0, to: wanted.count, by: Self.portion) {
      let part = start..<min(start + Self.portion, wanted.count)
      memory.wanted.take(wanted[part], of: states)
      var logits = head(&memory, pass)
      var loss = TokenLoss<Scalar>(labels: Array(labels[part]), vocabulary: logits.columns)
      loss.add(&logits.elements, columns: logits.columns, workers: workers)
      losses += loss.losses
    }
    return losses
  }
}
