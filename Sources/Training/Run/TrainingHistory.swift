/// What a run did so far, step by step, for logs and charts.
package struct TrainingHistory: Sendable, Equatable {
  /// A look at rows that the run is not trained on.
  package struct Validation: Sendable, Equatable {
    /// The steps that were finished then.
    package let step: Int
    package let loss: Double
    /// The share of rows named right, or R² for values.
    package let quality: Double

    package init(step: Int, loss: Double, quality: Double) {
      (self.step, self.loss, self.quality) = (step, loss, quality)
    }

    package init(step: Int, _ evaluation: Evaluation) {
      let quality =
        switch evaluation.quality {
        case .classes(let scores): scores.accuracy
        case .values(let scores): scores.meanExplained
        }
      self.init(step: step, loss: evaluation.loss, quality: quality)
    }
  }

  /// One for every step, from the first; none where the run keeps no history.
  package var events: [TrainingEvent] = []
  package var validations: [Validation] = []

  package init() {}
}
