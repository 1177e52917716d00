/// What a run did so far, step by step, for logs and charts.
package struct TrainingHistory: Sendable, Equatable {
  /// What rows come to that the run is not trained on.
  package struct Look: Sendable, Equatable {
    package let loss: Double
    /// The share of rows named right, or R² for values; NaN where only the loss says it.
    package let quality: Double

    package init(loss: Double, quality: Double = .nan) {
      (self.loss, self.quality) = (loss, quality)
    }

    package init(_ evaluation: Evaluation) {
      switch evaluation.quality {
      case .classes(let scores): self.init(loss: evaluation.loss, quality: scores.accuracy)
      case .values(let scores): self.init(loss: evaluation.loss, quality: scores.meanExplained)
      }
    }
  }

  /// A look at rows that the run is not trained on.
  package struct Validation: Sendable, Equatable {
    /// The steps that were finished then.
    package let step: Int
    package let loss: Double
    /// As in `Look`.
    package let quality: Double

    package init(step: Int, loss: Double, quality: Double) {
      (self.step, self.loss, self.quality) = (step, loss, quality)
    }

    package init(step: Int, _ look: Look) {
      self.init(step: step, loss: look.loss, quality: look.quality)
    }
  }

  /// One for every step, from the first; none where the run keeps no history.
  package var events: [TrainingEvent] = []
  package var validations: [Validation] = []

  package init() {}
}
