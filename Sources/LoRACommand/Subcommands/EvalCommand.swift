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
      For classes the mean cross-entropy and the share of rows named right, beside the share that \
      whoever always says these rows' most frequent class has right. Of two classes the second is the \
      one that is looked for: precision, recall, F1, ROC AUC and average precision are of it; of more, \
      F1's mean over the classes (macro) and over the rows (weighted). What would divide by nothing is \
      0, a class that neither occurs nor is named is in no mean, and equal scores count as half in \
      order; without rows of both classes there is no ROC AUC and no average precision.

      For values the mean squared (loss), mean absolute (MAE) and root mean square error (RMSE), the \
      RMSE of whoever always says these rows' mean, and R²: of several targets the mean of theirs, which \
      leaves out those that are all the same, as these have none.

      Intervals hold the middle 95 % of each metric over tables of as many rows drawn with repetition.

      --json of a table: network, adapters, table, rows, loss; for classes accuracy, \
      baseline_accuracy, baseline_class, classes [class, rows, precision, recall, f1], and \
      positive_class, precision, recall, f1, roc_auc, average_precision, or macro_f1, weighted_f1; for \
      values mae, rmse, baseline_rmse, r2, targets [target, r2]; intervals [metric, low, high] and, on \
      request, confusion [class, predicted {CLASS: rows}].
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
