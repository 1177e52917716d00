import Training

/// How the rows of a table become the steps of a run.
struct RunPace {
  /// Rows of a full batch.
  let batchSize: Int
  /// Steps of one pass over the rows.
  let stepsPerEpoch: Int
  /// Steps of the whole run.
  let steps: Int
  /// Steps of the warm-up.
  let warmup: Int

  init(_ options: OptimizationOptions, rows: Int) {
    batchSize = options.batchSize == 0 ? rows : min(options.batchSize, rows)
    let batches = (rows + batchSize - 1) / batchSize
    stepsPerEpoch = options.stepsPerEpoch(batches: batches)
    steps = options.stepCount(stepsPerEpoch: stepsPerEpoch)
    warmup = options.warmup.steps(of: steps)
  }

  var epochs: Double { Double(steps) / Double(stepsPerEpoch) }
}
