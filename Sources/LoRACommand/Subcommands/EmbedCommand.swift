import ArgumentParser
import Kernels
import Reports

/// The command `lora embed`.
struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Write one vector for each text, as CSV.",
    discussion: """
      The vectors that a model makes of a text's tokens become one: their mean, or that of the first \
      (cls) or the last token, and are brought to length 1, as modules.json and 1_Pooling/config.json \
      of sentence-transformers say; without these the mean, normalized. A text longer than \
      sentence_bert_config.json's max_seq_length or --max-tokens loses its end, which is said.

      Rows have the columns text, also text_pair, or input_ids; a label is passed over. The columns \
      are e0, e1 and so on. --json: {"rows", "width", "embeddings": [{"embedding": […]}]} on stdout; \
      with -o FILE the file is CSV, and the report {"output", "rows", "width"}.
      """)

  @Argument(
    help: ArgumentHelp(
      "Model: a folder with config.json, tokenizer.json and weights.", valueName: "model"),
    completion: .directory)
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Texts as JSON lines, CSV or plain text: a file, also inside gzip, or '-' for stdin.",
      valueName: "data"),
    completion: .file())
  var texts: String

  @Option(
    help: ArgumentHelp(
      "Which vector is a text's: cls, mean or last. (default: as the model's folder says)",
      valueName: "kind"))
  var pooling: SentencePooling.Kind?

  @Flag(
    inversion: .prefixedNo,
    help: "Bring vectors to length 1. (default: as the model's folder says)")
  var normalize: Bool?

  @Option(
    help: ArgumentHelp(
      "Columns of the file to write in front, with commas between, or by repeating.",
      valueName: "columns"))
  var id: [String] = []

  @OptionGroup var adapters: TextAdapterOptions
  @OptionGroup(title: "Text") var data: TextDataOptions
  @OptionGroup var output: TextOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try output.checkFree()
    let session = EmbeddingSession(
      model: model, adapters: adapters, data: data,
      ids: id.flatMap { $0.split(separator: ",").map(String.init) },
      workers: Workers(count: threads.count), isQuiet: report.quiet)
    let found = try session.embeddings(
      on: texts, try SentencePooling(ofModelAt: model, kind: pooling, normalizes: normalize))
    if report.json, output.file == nil {
      try found.writeJSON()
    } else {
      try found.writeCSV(to: output, threads: threads.count)
    }
    found.summary.warn()
    guard let file = output.file else { return }
    var summary = Report()
    summary.add("output", "output", .text(file))
    summary.add("rows", "rows", .count(found.vectors.rows))
    summary.add("width", "width", .count(found.vectors.columns))
    try report.show(summary)
  }
}

extension SentencePooling.Kind: ExpressibleByArgument {}
