import ArgumentParser
import Kernels

/// The command `lora predict`.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Write what a network makes of each row of a table, as CSV to stdout.",
    discussion: """
      For classes the columns class and p(NAME) for each class; for values the target's name. The \
      table needs no target column; one that is there is passed over.
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

  @Flag(help: "Write the network's outputs before the softmax.")
  var logits = false

  @Option(
    help: ArgumentHelp(
      "Columns of the table to write in front, with commas between.", valueName: "columns"))
  var id: String?

  @OptionGroup var scoring: ScoringOptions
  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup var threads: ThreadsOption

  func validate() throws {
    try require(base != "-" || table != "-", "'-' can be read only once")
  }

  func run() throws {
    try scoring.session(
      base, data.wishes, workers: Workers(count: threads.count)
    ).predict(on: table, ids: id.map(columnList) ?? [], showsLogits: logits)
  }
}
