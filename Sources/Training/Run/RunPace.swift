/// How the rows of a table become the steps of a run.
package struct RunPace: Sendable, Equatable {
  /// Rows of a full batch.
  package let batchSize: Int
  /// Rows of a full step.
  package let stepSize: Int
  /// Steps of one pass over the rows.
  package let stepsPerEpoch: Int
  /// Steps of the whole run.
  package let steps: Int
  /// Steps of the warm-up.
  package let warmup: Int

  package init(_ setup: TrainingSetup, rows: Int) {
    batchSize = setup.batchSize == 0 ? rows : min(setup.batchSize, rows)
    stepSize = min(rows, batchSize * setup.accumulation)
    stepsPerEpoch = (rows + stepSize - 1) / stepSize
    steps =
      switch setup.length {
      case .steps(let steps): steps
      case .epochs(let epochs): stepsPerEpoch * epochs
      case .stepsOfWholeEpochs(let steps):
        stepsPerEpoch * max(1, (steps + stepsPerEpoch - 1) / stepsPerEpoch)
      }
    warmup = setup.warmup.steps(of: steps)
  }

  package var epochs: Double { Double(steps) / Double(stepsPerEpoch) }
}
