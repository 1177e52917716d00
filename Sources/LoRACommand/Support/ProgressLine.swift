import Reports
import Synchronization

/// One line on stderr that says how far a piece of work is.
///
/// It appears only on a terminal, only when the work has taken more than a second, is redrawn ten
/// times a second at most, and is wiped at the end. Calls may come from any thread.
package final class ProgressLine: Sendable {
  private let label: String
  private let total: Int?
  private let format: Format
  private let isShown: Bool
  private let started: ContinuousClock.Instant
  private let state: Mutex<State>

  private struct State {
    var completed = 0
    var nextDrawing: ContinuousClock.Instant
  }

  /// Begins the work `label`, of `total` steps, counted as `format` tells (bytes, rows …).
  ///
  /// `total` is nil when the end is not known, as with a stream. Nothing is drawn when `quiet`.
  package init(_ label: String, total: Int?, format: Format = .grouped, quiet: Bool) {
    self.label = label
    self.total = total
    self.format = format
    self.isShown = !quiet && Terminal.showsProgress
    self.started = .now
    self.state = Mutex(State(nextDrawing: .now + .seconds(1)))
  }

  /// Adds `count` finished steps; `note` is shown behind the figures.
  package func advance(by count: Int, note: String = "") {
    guard isShown else { return }
    state.withLock { state in
      state.completed += count
      let now = ContinuousClock.now
      guard now >= state.nextDrawing else { return }
      state.nextDrawing = now + .milliseconds(100)
      let elapsed = now - started
      let line = Self.text(
        label: label, completed: state.completed, total: total, format: format,
        seconds: Double(elapsed.components.seconds)
          + Double(elapsed.components.attoseconds) * 1e-18)
      // A line that wrapped could not be wiped.
      StandardError.redraw(String((note.isEmpty ? line : line + "  " + note).prefix(79)))
    }
  }

  /// Wipes the line; later calls of `advance` would draw it again.
  package func finish() {
    if isShown { StandardError.redraw("") }
  }

  /// As `merging  1.20 GiB of 13.5 GiB (8.89 %), 42.0 s left`.
  package static func text(
    label: String, completed: Int, total: Int?, format: Format, seconds: Double
  ) -> String {
    let done = Quantity(.integer(completed), format).text
    guard let total, total > 0, completed > 0 else { return "\(label)  \(done)" }
    let share = min(1, Double(completed) / Double(total))
    let left = seconds * (1 - share) / share
    return "\(label)  \(done) of \(Quantity(.integer(total), format).text)"
      + " (\(Quantity.share(share).text)), "
      + (left < 1 ? "under 1 s left" : "\(Quantity.seconds(left).text) left")
  }
}
