/// What is done between the steps of a run.
package struct RunPlan<Net: Network> {
  /// Looks at rows that the run is not trained on.
  package struct Validation {
    /// Steps between two.
    package let every: Int
    package let look: (Net) -> TrainingHistory.Look

    package init(every: Int, look: @escaping (Net) -> TrainingHistory.Look) {
      (self.every, self.look) = (every, look)
    }

    package init(every: Int, evaluate: @escaping (Net) -> Evaluation) {
      self.init(every: every) { TrainingHistory.Look(evaluate($0)) }
    }
  }

  /// Keeps what the run needs to go on.
  package struct Saving {
    /// Steps between two states.
    package let every: Int
    package let save: (RunState<Net.Scalar>) throws -> Void

    package init(every: Int, save: @escaping (RunState<Net.Scalar>) throws -> Void) {
      (self.every, self.save) = (every, save)
    }
  }

  package var validation: Validation?
  /// Validations without a better one after which the run ends.
  package var patience: Int?
  package var saving: Saving?
  /// Whether somebody asks what happened in every step.
  package var keepsHistory = false
  /// Hear of each step and validation; the run ends with what they throw.
  package var onStep: (TrainingEvent) throws -> Void = { _ in }
  package var onValidation: (TrainingHistory.Validation) throws -> Void = { _ in }
  /// Asked before each step: true ends the run.
  package var isToStop: () -> Bool = { false }

  package init() {}
}
