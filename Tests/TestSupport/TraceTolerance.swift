/// How far an f32 training run may lie from the stored f64 trace of the same run.
///
/// Each figure stored with a run is 20 times the gap between torch's own f32 and f64 on one
/// processor. Over 50 steps that gap is rounding. Over hundreds rounding leads elsewhere, and how
/// far is a matter of the processor: with OpenBLAS' kernels for seven of them the 500 steps of one
/// run ended between 1e-6 and 5e-3 from the trace. There the stored figures are taken ten times.
package struct TraceTolerance: Sendable {
  /// Of a loss, relative to the stored one or to 0.1, in the first 50 steps and after them.
  package let firstLosses: Double
  package let laterLosses: Double
  /// Of a trained value at the end, absolute.
  package let values: Double

  /// Reads a run's `case.json`; nil when something is missing.
  package init?(settings: LooseJSON) {
    guard let stored = settings["tolerance"], let steps = settings["steps"]?.number,
      let first = stored["loss_rel_first_50_steps"]?.number,
      let later = stored["loss_rel_later"]?.number, let values = stored["final_abs"]?.number
    else { return nil }
    let room = steps > 50 ? 10.0 : 1
    firstLosses = first
    laterLosses = room * later
    self.values = room * values
  }

  /// Of the loss in a step, counted from 1.
  package func ofLoss(inStep step: Int) -> Double { step <= 50 ? firstLosses : laterLosses }
}
