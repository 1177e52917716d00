import Tensors
import Training

/// The other run of `--compare-full`: all weights, on the batches that the adapter was trained on.
struct FullComparison {
  let run: TrainingRun
  /// Its learning rate, or nil for the adapter's.
  let rate: Double?

  /// Trains all weights of `network`, and keeps only what there is to tell.
  ///
  /// - Throws: As `TrainingRun.train`; a signal says that the adapter is written.
  func train(
    _ network: MultilayerPerceptron<Float>, on tables: TrainingTables, generator: Generator
  ) throws -> TrainingReport.Contender {
    var (network, generator, run) = (network, generator, run)
    network.setTrained(true)
    run.isRecorded = false
    run.otherRate = rate
    do {
      let outcome = try run.train(network, from: [], on: tables, generator: &generator)
      var trained = outcome.network
      return TrainingReport.Contender(
        parameters: trained.trainedCount, outcome: outcome,
        after: trained.evaluation(on: tables.judged))
    } catch RunStop.lost(let signal, _) {
      throw RunStop.comparing(signal: signal, output: run.output.output)
    }
  }
}
