import Training

/// What a run is of, whatever its network reads.
struct RunCourse<Net: Network, Source: BatchSource>
where Net.Scalar == Float, Source.Batch == Net.Batch {
  /// As it begins; what is trained in it is chosen.
  let network: Net
  let batches: Source
  let loss: Loss
  /// What a pass has of what a step counts: rows, or packs of rows.
  let rows: Int
  /// Rows that are computed at once, tokens of text; nil for those of a batch.
  var rowsAtOnce: Int?
  /// Whether blocks keep only their input.
  var recomputes = false
  /// Where the chance of dropout begins.
  var dropoutSeed: UInt64 = 0
  /// Digests of all that is read, by what that is.
  var inputs: RunSettings = []
  /// Looks at rows that the run is not trained on; nil without such.
  var look: ((Net) -> TrainingHistory.Look)?
  /// The mean of the tokens of a step, where that is how speed is told.
  var stepTokens: Double?

  init(network: Net, batches: Source, loss: Loss, rows: Int) {
    (self.network, self.batches, self.loss, self.rows) = (network, batches, loss, rows)
  }
}
