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
    let tokenizer = try ModelTokenizer.open(ofModelAt: path)
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
        throw GenerationError.badLine(line: lines.line, problem: "not UTF-8, or beyond 1 MiB")
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
    var lines = LineReader(limit: 16 << 20, source: try TextSource.open("-"))
    while let line = try lines.next() {
      guard case .bytes(let bytes) = line else {
        throw GenerationError.badLine(line: lines.line, problem: "longer than 16 MiB")
      }
      guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { continue }
      let (prompt, text, isConversation) = try question(bytes, lines.line)
      let ids = try generator.tokens(of: text, isConversation: isConversation)
      let answer = try generator.answer(ids) { _ in }
      try StandardStreams.write(json(answer, prompt: prompt).compactText + "\n")
    }
  }

  private func question(
    _ bytes: [UInt8], _ line: Int
  ) throws -> (prompt: JSONValue, text: String, isConversation: Bool) {
    let value: JSONValue
    do throws(JSONFailure) {
      value = try JSONValue(parsing: bytes)
    } catch {
      throw GenerationError.badLine(
        line: line, problem: "not JSON at column \(error.offset + 1): \(error.problem)")
    }
    if let messages = value["messages"] {
      guard let writer else {
        throw GenerationError.badLine(line: line, problem: "\"messages\" are written with --chat")
      }
      let text = try writer.rendering(
        messages, tools: value["tools"] ?? .null, asksForAnswer: true
      ).text
      return (messages, text, true)
    }
    guard let prompt = value.string ?? value["prompt"]?.string ?? value["text"]?.string else {
      throw GenerationError.badLine(
        line: line,
        problem: "expected a string, or an object with \"prompt\", \"text\" or \"messages\"")
    }
    return (.string(prompt), try writer?.question(prompt) ?? prompt, writer != nil)
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
