import ArgumentParser
import Kernels

/// The command `lora eval`.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Score a network or a model of text, with or without an adapter.",
    discussion: """
      A language model is scored by how well it foretells texts: the mean loss of a token in nats, and \
      its perplexity, with the interval that the spread of the rows gives. Rows have the columns \
      messages, conversations, prompt and completion, instruction and output, text, or input_ids; of a \
      prompt and its answer the answer counts. A text longer than --max-tokens is read in windows. \
      --json has the loss of each row; --compare the model without its adapters beside it.

      A network of numbers is scored on a table. \
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
      """
      Table as CSV, or texts as JSON lines, CSV or plain text: a file, also inside gzip, or '-' for \
      stdin.
      """, valueName: "data"),
    completion: .file())
  var table: String

  @Flag(help: "Score a model of text without its adapters too.")
  var compare = false

  @OptionGroup var scoring: ScoringOptions
  @OptionGroup var evaluation: EvaluationOptions
  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup(title: "Table") var rules: TableRuleOptions
  @OptionGroup(title: "Text") var texts: TextDataOptions
  @OptionGroup(title: "Text") var template: TemplateOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != "-" || table != "-", "'-' can be read only once")
  }

  func run() throws {
    let workers = Workers(count: threads.count)
    if TextScoringSession.isTextModel(base) {
      let adapters = TextAdapterOptions(scoring.adapters, anyBase: scoring.anyBase)
      return try TextScoringSession(
        model: base, adapters: adapters, template: template, data: texts, workers: workers,
        report: report
      ).evaluate(on: table, comparing: compare)
    }
    try require(!compare, "--compare is for models of text")
    let session = try scoring.session(
      base, data.wishes(rules.rules(quiet: report.quiet)), workers: workers)
    try report.show(try session.evaluate(on: table, evaluation.extras))
  }
}
