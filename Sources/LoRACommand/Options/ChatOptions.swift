import ArgumentParser
import Containers
import JSON
import OrderedCollections
import Text

/// How text becomes a conversation, in the commands that read it as one.
struct ChatOptions: ParsableArguments {
  @Flag(help: "Write the text as a conversation, with the model's chat template.")
  var chat = false

  @Option(help: ArgumentHelp("What the system says first, with --chat.", valueName: "text"))
  var system: String?

  @Option(
    help: ArgumentHelp(
      "Chat template in place of the model's own, with --chat.", valueName: "file"),
    completion: .file(extensions: ["jinja"]))
  var template: String?

  @Option(
    help: ArgumentHelp(
      "Tools that the conversation may call: a JSON array of functions, with --chat.",
      valueName: "file"),
    completion: .file(extensions: ["json"]))
  var tools: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Value that the chat template asks for, as in --set enable_thinking=false; repeatable.",
      valueName: "name=json"))
  var settings: [TemplateSetting] = []

  @Option(
    help: ArgumentHelp(
      "Day that the chat template is told, as 2024-07-26; without it, today.", valueName: "date"))
  var date: TemplateDate?

  func validate() throws {
    let given = [
      ("--system", system != nil), ("--template", template != nil), ("--tools", tools != nil),
      ("--set", !settings.isEmpty), ("--date", date != nil),
    ]
    for (option, isGiven) in given where isGiven {
      try require(chat, "\(option) goes with --chat")
    }
  }

  /// What the conversations of `model` are written with.
  func writer(ofModelAt model: String) throws -> ConversationWriter {
    let tools = try tools.map { try JSONValue(contentsOf: $0) }
    if let tools, tools.array == nil { throw TextModelError.notTools(file: self.tools ?? "") }
    return try ConversationWriter(
      model: model, template: template, system: system, tools: tools,
      settings: OrderedDictionary(
        settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      moment: date?.moment ?? .now)
  }
}

/// `NAME=JSON`; what is no JSON is text.
struct TemplateSetting: ExpressibleByArgument {
  let name: String
  let value: JSONValue

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    name = String(parts[0])
    value = (try? JSONValue(parsing: String(parts[1]))) ?? .string(String(parts[1]))
  }
}

/// A day as `2024-07-26`.
struct TemplateDate: ExpressibleByArgument {
  let moment: TemplateMoment

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in part.allSatisfy(\.isASCII) ? Int(part) : nil }
    guard parts.count == 3, numbers.count == 3, parts[0].count == 4, (1...12).contains(numbers[1]),
      (1...31).contains(numbers[2])
    else { return nil }
    moment = TemplateMoment(year: numbers[0], month: numbers[1], day: numbers[2])
  }
}
