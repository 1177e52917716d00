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
      case .usual: stepsPerEpoch * Self.usualEpochs(rows: rows)
      }
    warmup = setup.warmup.steps(of: steps)
  }

  /// Passes over a table of `rows` rows where nobody says how many: 3,000/√rows, 2 to 200.
  ///
  /// A larger table takes more steps, but fewer passes: each row teaches less that is new. Chosen on
  /// tables of 50 to 5,000 rows, where runs that are watched on held-out rows end before it.
  package static func usualEpochs(rows: Int) -> Int {
    min(200, max(2, Int((3000 / Double(max(1, rows)).squareRoot()).rounded())))
  }

  package var epochs: Double { Double(steps) / Double(stepsPerEpoch) }
}
