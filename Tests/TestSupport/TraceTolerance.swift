/// How far an f32 training run may lie from the stored f64 trace of the same run.
///
/// Each figure stored with a run is 20 times the gap between torch's own f32 and f64 on one
/// processor. Ours are the same bits on every processor, so that a run which fits does so everywhere.
package struct TraceTolerance: Sendable {
  /// Of a loss, relative to the stored one or to 0.1, in the first 50 steps and after them.
  package let firstLosses: Double
  package let laterLosses: Double
  /// Of a trained value at the end, absolute.
  package let values: Double

  /// Reads a run's `case.json`; nil when something is missing.
  package init?(settings: LooseJSON) {
    guard let stored = settings["tolerance"],
      let first = stored["loss_rel_first_50_steps"]?.number,
      let later = stored["loss_rel_later"]?.number, let values = stored["final_abs"]?.number
    else { return nil }
    firstLosses = first
    laterLosses = later
    self.values = values
  }

  /// Of the loss in a step, counted from 1.
  package func ofLoss(inStep step: Int) -> Double { step <= 50 ? firstLosses : laterLosses }
}
