import Training

/// All that a run needs to go on where it stood, in the same bits.
struct RunState: Equatable {
  var training: TrainingState<Float>
  var best: BestSoFar<Float>
  /// Empty unless the run writes a log or a chart.
  var history: TrainingHistory
}
