import ArgumentParser
import Kernels

/// The command `lora generate`.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue a text with a language model, with or without an adapter.",
    discussion: """
      The text is written to stdout as it is made, token by token. The most probable token is taken \
      unless --temperature is given; then the same seed gives the same text on every machine. A text \
      ends at a token that any of config.json, generation_config.json and tokenizer_config.json names \
      as the end.

      With --chat the prompt is what a user says, written with the model's chat template; on a \
      terminal without a prompt, each line is a turn of one conversation. With --jsonl each line of \
      stdin, a JSON string or an object with prompt, text or messages, is answered by a line \
      {"prompt", "text", "ids", "prompt_tokens", "tokens", "end"}; --json gives the same for one \
      prompt.
      """)

  @Argument(
    help: ArgumentHelp(
      "Model: a folder with config.json, tokenizer.json and weights.", valueName: "model"),
    completion: .directory)
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Text to go on with, or '-' for stdin, whose last line feed does not count.",
      valueName: "prompt"))
  var prompt: String?

  @OptionGroup var adapters: TextAdapterOptions
  @OptionGroup(title: "Text") var generation: GenerationOptions
  @OptionGroup(title: "Conversation") var chat: ChatOptions

  @Flag(help: "Answer each line of stdin with a line of JSON.")
  var jsonl = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(
      !jsonl || prompt == nil, "--jsonl reads its prompts from stdin; leave the other out")
  }

  func run() throws {
    var session = try GenerationSession(
      model, adapters, chat, generation, workers: Workers(count: threads.count), report: report)
    if jsonl { return try session.answerLines() }
    if let prompt, prompt != "-" { return try session.generate(prompt) }
    if prompt == nil, chat.chat, Terminal.readsFromPerson { return try session.converse() }
    var text = try TextInput.all()
    if text.utf8.last == UInt8(ascii: "\n") { text.unicodeScalars.removeLast() }
    try session.generate(text)
  }
}
