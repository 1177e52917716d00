import ArgumentParser
import Kernels
import Reports

/// The command `lora predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Write what a network makes of each row of a table or of texts, as CSV.",
    discussion: """
      For classes the columns class and p(NAME) for each class; for values the target's name. The \
      table needs no target column; one that is there is passed over. A classifier or regressor of \
      text reads rows of text, also with text_pair, or of input_ids; of several labels the column \
      classes names those that are more probable than not, with semicolons between. --json: {"rows", "predictions"}, \
      a list of objects with the same names, on stdout; with -o FILE the file is CSV, and the report \
      {"output", "rows"}.
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

  @Flag(help: "Write the network's outputs before the softmax.")
  var logits = false

  @Option(
    help: ArgumentHelp(
      "Columns of the table to write in front, with commas between, or by repeating.",
      valueName: "columns"))
  var id: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      A word that is none of the network's categories is an error, or none of them, as a missing word \
      is; a warning counts them.
      """, valueName: "rule"))
  var unknown = UnknownRule.none

  @OptionGroup var scoring: ScoringOptions
  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup(title: "Text") var texts: TextDataOptions
  @OptionGroup var output: TextOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != "-" || table != "-", "'-' can be read only once")
  }

  func run() throws {
    try output.checkFree()
    let asJSON = report.json && output.file == nil
    let rows =
      TextScoringSession.isTextModel(base)
      ? try predictTexts(asJSON: asJSON) : try predictTable(asJSON: asJSON)
    if let file = output.file {
      var summary = Report()
      summary.add("output", "output", .text(file))
      summary.add("rows", "rows", .count(rows))
      try report.show(summary)
    }
  }

  private func predictTable(asJSON: Bool) throws -> Int {
    let rules = TableRules(
      unknownIsNone: unknown == .none, dropsMissingTargets: false, isQuiet: report.quiet)
    let session = try scoring.session(
      base, data.wishes(rules), workers: Workers(count: threads.count))
    return try session.predictions(on: table, behind: id, showsLogits: logits)
      .write(to: output, asJSON: asJSON)
  }

  private func predictTexts(asJSON: Bool) throws -> Int {
    let columns = id.flatMap { $0.split(separator: ",").map(String.init) }
    let session = TextPredictionSession(
      model: base, adapters: TextAdapterOptions(scoring.adapters, anyBase: scoring.anyBase),
      data: texts, ids: columns, workers: Workers(count: threads.count), isQuiet: report.quiet)
    let predictions = try session.predictions(on: table, showsLogits: logits)
    try predictions.write(to: output, asJSON: asJSON, threads: threads.count)
    predictions.summary.warn()
    return predictions.outputs.rows
  }
}
