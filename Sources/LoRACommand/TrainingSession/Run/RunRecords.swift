import Containers
import Reports
import Tensors
import Training

/// The files of a run under way, and its progress line.
struct RunRecords {
  private let files: RunFiles
  let states: StateFolder?
  private let log: MetricsLog?
  private let progress: ProgressLine

  /// Opens what `files` names.
  ///
  /// - Parameters:
  ///   - files: What is to be written.
  ///   - steps: Of the whole run.
  ///   - isQuiet: Whether no progress is shown.
  ///   - identity: Which run it is, for its states.
  ///   - shape: What a state of the run holds.
  /// - Throws: `StateError.occupied`, or `ContainerError` for what cannot be written.
  init(
    _ files: RunFiles, steps: Int, isQuiet: Bool, identity: RunIdentity, shape: StateShape
  ) throws {
    self.files = files
    progress = ProgressLine("training", total: steps, quiet: isQuiet)
    states = try files.states.map {
      try StateFolder($0, resumes: files.resumes, files.options, run: identity, shape: shape)
    }
    log = try files.log.map { try MetricsLog($0, options: files.recordOptions) }
  }

  /// A plan that writes them.
  func plan<Net: Network<Float, TableBatch<Float>>>(for: Net.Type) -> RunPlan<Net> {
    var plan = RunPlan<Net>()
    if let states, let every = files.states?.every {
      plan.saving = RunPlan.Saving(every: every) { try states.save($0) }
    }
    plan.keepsHistory = files.chart != nil || (log != nil && states != nil)
    plan.onStep = { [log, progress] event in
      try log?.add(event)
      progress.advance(by: 1, note: "loss \(Quantity.number(event.loss).text)")
    }
    plan.onValidation = { [log] in try log?.add($0) }
    plan.isToStop = { Interruption.signal != nil }
    return plan
  }

  /// Goes on where an earlier part of the run stood.
  func takeUp(_ state: RunState<Float>) throws {
    try log?.add(state.history)
    progress.advance(by: state.training.step)
  }

  /// Runs `course` to its end, and publishes log and chart however it ends.
  func run<Net, Source>(
    _ course: inout Course<Net, Source>
  ) throws -> RunOutcome<Net> where Net.Scalar == Float {
    let started = ContinuousClock.now
    let earlierSteps = course.trainer.step
    let result = Result { try runToEnd(&course) }
    let duration = ContinuousClock.now - started
    progress.finish()
    try log?.publish()
    if let path = files.chart {
      let bestStep = course.best.isKnown ? course.best.step : nil
      try TrainingChart(history: course.history, bestStep: bestStep)
        .write(to: path, options: files.recordOptions)
    }
    try result.get()
    return RunOutcome(course, earlierSteps: earlierSteps, seconds: duration.inSeconds)
  }

  /// - Throws: `RunStop` when a signal ends the run, whose state is saved first.
  private func runToEnd<Net, Source>(
    _ course: inout Course<Net, Source>
  ) throws where Net.Scalar == Float {
    guard try course.run() == .stopped, let signal = Interruption.signal else { return }
    let step = course.trainer.step
    guard let states else { throw RunStop.lost(signal: signal, step: step) }
    throw RunStop.saved(signal: signal, step: step, path: try states.save(course.state))
  }
}

extension Duration {
  /// As a number.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
