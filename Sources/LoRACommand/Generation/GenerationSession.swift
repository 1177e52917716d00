import Adapters
import Containers
import JSON
import Kernels
import Merging
import Tensors
import Text
import TextModels

/// Joins a model, adapters and prompts to texts.
struct GenerationSession {
  private var generator: TextGenerator
  private let writer: ConversationWriter?
  private let report: ReportOptions

  /// Opens the model and puts the adapters beside it.
  init(
    _ path: String, _ adapters: TextAdapterOptions, _ chat: ChatOptions,
    _ options: GenerationOptions, workers: Workers, report: ReportOptions
  ) throws {
    let model = try adapters.model(path, workers: workers)
    let tokenizer = try TokenizerSource.open(path)
    let stops = try StopTokens(ofModelIn: path, tokenizer)
    generator = try TextGenerator(model, tokenizer, stops, options, workers: workers)
    writer = chat.chat ? try chat.template.writer(ofModelAt: path) : nil
    self.report = report
    guard !report.quiet, !report.json else { return }
    StandardError.write(line: "ends at \(stops.text(tokenizer))")
    try noteSampling(path, options)
  }

  /// What the model's own file says of drawing is not followed without being asked for.
  private func noteSampling(_ path: String, _ options: GenerationOptions) throws {
    let file = Folder.path(path, "generation_config.json")
    guard options.temperature == 0, Folder.holdsAnything(at: file) else { return }
    let settings = try JSONValue(contentsOf: file, spelling: .python)
    guard settings["do_sample"]?.bool == true else { return }
    let temperature = settings["temperature"]?.double ?? 1
    StandardError.write(
      line: "takes the most probable token; the model's own setting is --temperature \(temperature)"
    )
  }

  /// Continues one prompt, on stdout as it is made.
  mutating func generate(_ prompt: String) throws {
    let text = try writer?.question(prompt) ?? prompt
    let ids = try generator.tokens(of: text, isConversation: writer != nil)
    guard !report.json else {
      let answer = try generator.answer(ids) { _ in }
      return try StandardStreams.write(json(answer, prompt: prompt).indentedText + "\n")
    }
    _ = try generator.answer(ids) { piece in try StandardStreams.write(piece) }
    try StandardStreams.write("\n")
  }

  /// Holds a conversation: a turn a line.
  mutating func converse() throws {
    guard let writer else { preconditionFailure("a conversation is written with a template") }
    var messages: [JSONValue] = []
    var lines = LineReader(limit: 1 << 20, source: try TextSource.open("-"))
    while true {
      if !report.quiet, Terminal.hasReader { StandardError.redraw("> ") }
      guard let line = try lines.next() else { break }
      guard case .bytes(let bytes) = line, let text = String(validating: bytes, as: UTF8.self)
      else {
        throw TextProblem(place: "line \(lines.line)", .notUTF8)
      }
      guard text.contains(where: { !$0.isWhitespace }) else { continue }
      messages.append(["role": "user", "content": .string(text)])
      let prompt = try writer.rendering(.array(messages), asksForAnswer: true).text
      let ids = try generator.tokens(of: prompt, isConversation: true)
      let answer = try generator.answer(ids) { piece in try StandardStreams.write(piece) }
      try StandardStreams.write("\n")
      messages.append(["role": "assistant", "content": .string(answer.text)])
    }
  }

  /// Answers each line of stdin, a JSON string or an object, with a line of JSON.
  mutating func answerLines() throws {
    try TextInput.forEachLine { value, line in
      let (prompt, text) = try question(value, line)
      let ids = try generator.tokens(of: text, isConversation: writer != nil)
      let answer = try generator.answer(ids) { _ in }
      try StandardStreams.write(json(answer, prompt: prompt).compactText + "\n")
    }
  }

  /// What is asked, as it was given and as the model reads it.
  private func question(
    _ value: JSONValue, _ line: Int
  ) throws -> (prompt: JSONValue, text: String) {
    if let messages = value["messages"] {
      guard let writer else {
        throw TextProblem(place: "line \(line)", .lacks("--chat for what has \"messages\""))
      }
      let tools = value["tools"] ?? .null
      return (messages, try writer.rendering(messages, tools: tools, asksForAnswer: true).text)
    }
    guard let prompt = value.string ?? value["prompt"]?.string ?? value["text"]?.string else {
      throw TextProblem(
        place: "line \(line)",
        .lacks("a string, or an object with \"prompt\", \"text\" or \"messages\""))
    }
    return (.string(prompt), try writer?.question(prompt) ?? prompt)
  }

  private func json(_ answer: TextGenerator.Answer, prompt: String) -> JSONValue {
    json(answer, prompt: .string(prompt))
  }

  private func json(_ answer: TextGenerator.Answer, prompt: JSONValue) -> JSONValue {
    JSONValue(members: [
      ("prompt", prompt), ("text", .string(answer.text)),
      ("ids", .array(answer.ids.map { .number($0) })),
      ("prompt_tokens", .number(answer.promptTokens)), ("tokens", .number(answer.ids.count)),
      ("end", .string(answer.end.word)),
    ])
  }
}
