/// A run under way: the trainer's steps, and what is done between them.
package struct Course<Net: Network, Source: BatchSource> where Source.Batch == Net.Batch {
  /// How a run came to its end.
  package enum Ending: Sendable, Equatable {
    /// All steps are taken, or patience is at its end.
    case finished
    /// It was asked to stop.
    case stopped
  }

  package private(set) var trainer: Trainer<Net, Source>
  package private(set) var best = BestSoFar<Net.Scalar>()
  package private(set) var history = TrainingHistory()
  private let plan: RunPlan<Net>

  package init(_ trainer: Trainer<Net, Source>, _ plan: RunPlan<Net>) {
    (self.trainer, self.plan) = (trainer, plan)
  }

  /// Stands where `state` was saved.
  package mutating func resume(_ state: RunState<Net.Scalar>) {
    trainer.restore(state.training)
    (best, history) = (state.best, state.history)
  }

  /// What the run needs to go on from here.
  package var state: RunState<Net.Scalar> {
    RunState(training: trainer.state, best: best, history: history)
  }

  /// Takes the steps that are left, after a look at the network as it begins: no end is worse than
  /// that.
  ///
  /// - Throws: `TrainingError` when the numbers run away, and what the plan's closures throw.
  package mutating func run() throws -> Ending {
    if trainer.step == 0, !best.isKnown { try validate() }
    while !isOver {
      if plan.isToStop() { return .stopped }
      try note(try trainer.advance())
      try validateIfDue()
      try saveIfDue()
    }
    return .finished
  }

  /// The network with the best validation, be it the one that the run began with, or the last one
  /// without validations.
  package var result: Net {
    var network = trainer.network
    if best.isKnown { network.setTrained(values: best.values) }
    return network
  }

  /// Whether the run was ended before its last step because it got no better.
  package var endedEarly: Bool { trainer.step < trainer.steps && isOutOfPatience }

  private var isOver: Bool { trainer.step >= trainer.steps || isOutOfPatience }

  private var isOutOfPatience: Bool { best.worse >= plan.patience ?? .max }

  private mutating func note(_ event: TrainingEvent) throws {
    try plan.onStep(event)
    if plan.keepsHistory { history.events.append(event) }
  }

  private mutating func validateIfDue() throws {
    guard let looks = plan.validation,
      trainer.step % looks.every == 0 || trainer.step == trainer.steps
    else { return }
    try validate()
  }

  private mutating func validate() throws {
    guard let looks = plan.validation else { return }
    let network = trainer.network
    let validation = TrainingHistory.Validation(
      step: trainer.step, looks.evaluate(network))
    try plan.onValidation(validation)
    if plan.keepsHistory { history.validations.append(validation) }
    best.note(
      loss: validation.loss, step: validation.step, values: network.trained.map(\.value))
  }

  private func saveIfDue() throws {
    guard let saving = plan.saving, trainer.step % saving.every == 0 else { return }
    try saving.save(state)
  }
}
