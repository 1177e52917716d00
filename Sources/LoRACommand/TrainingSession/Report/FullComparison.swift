import Tensors
import Training

/// The other run of `--compare-full`: all weights, on the batches that the adapter was trained on.
struct FullComparison {
  let run: TrainingRun
  /// Its learning rate, or nil for the adapter's.
  let rate: Double?
  /// Where the adapter was written.
  let output: String

  /// Trains all weights of a network that is frozen, and keeps only what there is to tell.
  ///
  /// - Throws: As `TrainingRun.train`; a signal says that the adapter is written.
  func train<Net>(
    _ frozen: TrainingRun.Work<Net>, generator: Generator
  ) throws -> TrainingReport.Contender {
    var (network, generator) = (frozen.network, generator)
    network.setTrained(true)
    let work = TrainingRun.Work(network: network, loss: frozen.loss, tables: frozen.tables)
    do {
      let outcome = try run.unrecorded(rate: rate).train(work, generator: &generator)
      return TrainingReport.Contender(
        outcome, parameters: outcome.network.trainedCount,
        after: TableScores(of: outcome.network, on: work.tables, work.loss, run.workers))
    } catch RunStop.lost(let signal, _) {
      throw RunStop.comparing(signal: signal, output: output)
    }
  }
}
