import Foundation

/// How much the tests that crash things do: a quick slice, or the long run with its figures.
///
/// `Tests/Laboratory/run` sets `LORA_LABORATORY` to the number of trials.
package enum Laboratory {
  /// Trials of one experiment: `quick` of them, or as many as the long run asks for.
  package static func trials(quick: Int) -> Int {
    requested.map { max($0, quick) } ?? quick
  }

  /// Kills of a real process, in the same way (`LORA_LABORATORY_KILLS`).
  package static func kills(quick: Int) -> Int {
    Environment.current["LORA_LABORATORY_KILLS"].flatMap { Int($0) } ?? quick
  }

  /// Whether this is the long run.
  package static var isLong: Bool { requested != nil }

  private static let requested = Environment.current["LORA_LABORATORY"].flatMap { Int($0) }

  /// Threads to try on.
  package static let threads = 2

  /// Prints a row of the long run's table.
  package static func note(_ experiment: String, _ trials: Int, _ failures: Int) {
    note(experiment, "\(trials) trials, \(failures) failures")
  }

  /// Prints a row of the long run's table.
  package static func note(_ experiment: String, _ figures: String) {
    guard isLong else { return }
    let name = experiment.padding(toLength: 36, withPad: " ", startingAt: 0)
    let figures = figures.trimmingCharacters(in: .whitespacesAndNewlines)
    print("laboratory | \(name) | \(figures)")
  }
}
