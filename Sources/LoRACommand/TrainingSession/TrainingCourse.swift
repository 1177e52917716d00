import Containers
import Reports
import Tensors
import Training

/// A run under way: the trainer's steps, and what is done between them.
struct TrainingCourse {
  private(set) var trainer: Trainer<MultilayerPerceptron<Float>, Batches<Float>>
  private(set) var best = BestSoFar<Float>()
  private(set) var history = TrainingHistory()
  let plan: Plan

  /// What is done between the steps.
  struct Plan {
    /// The steps of the whole run.
    let steps: Int
    /// How a network does on other rows, and the steps between two validations.
    var validation: (evaluate: (MultilayerPerceptron<Float>) -> Evaluation, every: Int)?
    /// Validations without a better one after which the run ends.
    var patience: Int?
    /// Where states are saved, and the steps between two.
    var states: (folder: StateFolder, every: Int)?
    var log: MetricsLog?
    /// Whether somebody asks what happened in every step.
    var keepsHistory = false
    let progress: ProgressLine
  }

  init(
    _ trainer: Trainer<MultilayerPerceptron<Float>, Batches<Float>>, _ plan: Plan
  ) {
    (self.trainer, self.plan) = (trainer, plan)
  }

  /// Stands where `state` was saved.
  mutating func resume(_ state: RunState) throws {
    trainer.restore(state.training)
    (best, history) = (state.best, state.history)
    try plan.log?.add(history)
    plan.progress.advance(by: state.training.step)
  }

  /// Takes the steps that are left.
  ///
  /// - Throws: `TrainingError` when the numbers run away, `RunStop` when a signal ends the run, whose
  ///   state is saved first, `ContainerError` when a file cannot be written.
  mutating func run() throws {
    while !isOver {
      try stopIfAsked()
      let event = try trainer.advance()
      try note(event)
      try validateIfDue()
      try saveIfDue()
    }
  }

  /// Whether all steps are taken, or patience is at its end.
  private var isOver: Bool {
    trainer.step >= plan.steps || best.worse >= plan.patience ?? .max
  }

  private var state: RunState {
    RunState(training: trainer.state, best: best, history: history)
  }

  private func stopIfAsked() throws {
    guard let signal = Interruption.signal else { return }
    guard let states = plan.states else {
      throw RunStop.lost(signal: signal, step: trainer.step)
    }
    throw RunStop.saved(
      signal: signal, step: trainer.step, path: try states.folder.save(state))
  }

  private mutating func note(_ event: TrainingEvent) throws {
    try plan.log?.add(event)
    if plan.keepsHistory { history.events.append(event) }
    plan.progress.advance(by: 1, note: "loss \(Quantity.number(event.loss).text)")
  }

  private mutating func validateIfDue() throws {
    guard let (evaluate, every) = plan.validation,
      trainer.step % every == 0 || trainer.step == plan.steps
    else { return }
    let network = trainer.network
    let validation = TrainingHistory.Validation(
      step: trainer.step, evaluate(network))
    try plan.log?.add(validation)
    if plan.keepsHistory { history.validations.append(validation) }
    best.note(
      loss: validation.loss, step: validation.step, values: network.trained.map(\.value))
  }

  private func saveIfDue() throws {
    guard let (folder, every) = plan.states, trainer.step % every == 0 else { return }
    try folder.save(state)
  }

  /// The network with the best validation, or the last one without validations.
  var result: MultilayerPerceptron<Float> {
    var network = trainer.network
    if best.step > 0 { network.setTrained(values: best.values) }
    return network
  }
}
