import ArgumentParser
import Containers
import Tensors

/// The command `lora tokenize`.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Make tokens of text, or text of tokens.",
    discussion: """
      Reads the tokenizer.json of a model, and nothing else of it, and gives the ids that Hugging \
      Face's tokenizers give, without the truncation and padding that the file may hold. What the \
      file asks for that is not known here is refused by its name. Text on stdin counts to its last \
      byte, also a last line break.

      Without --json a text's ids are one line, or with --decode their text as it is. --json gives \
      an object for each text: text, ids and pieces, the tokens as the vocabulary writes them; with \
      --show also spans, for each token the bytes of the text that it stands for, and tokens that \
      --special put in are empty places. --jsonl reads a text from each line of stdin, a JSON \
      string or an object with text (with --decode a list of ids or an object with ids), and gives \
      a line for each.

      With --chat a text is what a user says, written with the model's chat template up to where the \
      assistant begins to answer; lines of --jsonl may have messages, tools and \
      add_generation_prompt. The text of --json is what the template wrote.

      --data reads a file of texts as train and eval do, and shows one row: each token with whether it \
      is learned. --json of it: line, form, label, token_count, learned_count, tokens [id, piece, \
      learned].
      """)

  @Argument(
    help: ArgumentHelp("A folder with a tokenizer.json, or the file.", valueName: "model"),
    completion: .file())
  var model: String

  @Argument(
    help: ArgumentHelp(
      "The text, or with --decode ids; '-' is stdin, as when left out.", valueName: "text"))
  var text: String?

  @Flag(help: "List every token: its id, the bytes it stands for, and how it is written.")
  var show = false

  @Flag(help: "Make text of ids, which blanks or commas part.")
  var decode = false

  @Flag(help: "Put in the special tokens that the model expects; with --decode, write them.")
  var special = false

  @OptionGroup(title: "Conversation") var chat: ChatOptions

  @Option(
    help: ArgumentHelp("Show a row of this file of texts.", valueName: "file"),
    completion: .file())
  var data: String?

  @Option(help: ArgumentHelp("Which row of --data, from 1.", valueName: "number"))
  var row = 1

  @OptionGroup(title: "Data") var texts: TextDataOptions

  @Flag(help: "Give an object for each text.")
  var json = false

  @Flag(help: "Read a text from each line of stdin, as JSON.")
  var jsonl = false

  func validate() throws {
    try require(model != "-", "the model cannot be stdin")
    try require(row > 0, "--row is \(row), expected at least 1")
    if data != nil {
      try require(text == nil && !jsonl && !decode, "--data shows a row of a file; give no text")
    } else {
      let given =
        DeclaredSettings.given(texts).first.map { "--\($0.0)" } ?? (row > 1 ? "--row" : nil)
      try require(given == nil, "\(given ?? "") goes with --data")
    }
    try require(
      !jsonl || text == nil || text == "-", "--jsonl reads stdin, and a text is given too")
    try require(!jsonl || !show || json, "--show of many texts needs --json")
    try require(!show || !decode, "--show and --decode exclude each other")
    try require(!chat.chat || !decode, "--chat and --decode exclude each other")
    try require(
      !chat.chat || !special, "--special is for plain text: a template writes special tokens itself"
    )
  }

  func run() throws {
    if let data { return try showRow(of: data) }
    var session = TokenizingSession(try TokenizerSource.open(model))
    session.format = json ? .json : show ? .table : .plain
    session.showsSpans = show
    session.decodes = decode
    session.includesSpecialTokens = special
    if chat.chat { session.writer = try chat.template.writer(ofModelAt: model) }
    if jsonl {
      try session.runLines()
    } else {
      try session.run(text)
    }
  }

  private func showRow(of file: String) throws {
    let encoder = try ExampleEncoder(
      ofModelAt: model, chat.template, counts: texts.loss, nil)
    let report = try RowTokens(path: file, number: row, options: texts, encoder: encoder).report()
    try StandardStreams.write(
      json
        ? report.json.jsonText
        : report.text(width: Terminal.reportWidth, escape: { escaped($0, inQuotes: false) }))
  }
}
