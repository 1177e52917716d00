import ArgumentParser
import Kernels

/// The command `lora eval`.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Score a network, with or without an adapter, on a table.",
    discussion: """
      For classes the mean cross-entropy and the share of rows named right; for values the mean \
      squared, mean absolute and root mean square error and R². Intervals hold the middle 95 % of each \
      metric over tables of as many rows drawn with repetition. --json: {"rows", "loss", \
      "accuracy"}, or {"rows", "loss", "mae", "rmse", "r2"}; with intervals ["95 % interval", low, \
      high] and, on request, confusion.
      """)

  @Argument(
    help: ArgumentHelp(
      "Network: a file, a folder, or '-' for stdin.", valueName: "base"), completion: .file())
  var base: String

  @Argument(
    help: ArgumentHelp(
      "Table as CSV: a file, also inside gzip, or '-' for stdin.", valueName: "data"),
    completion: .file())
  var table: String

  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var evaluation: EvaluationOptions
  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup(title: "Table") var rules: TableRuleOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != "-" || table != "-", "'-' can be read only once")
  }

  func run() throws {
    let session = try scoring.session(
      base, data.wishes(rules.rules(quiet: report.quiet)), workers: Workers(count: threads.count))
    try report.show(try session.evaluate(on: table, evaluation.extras))
  }
}
