import ArgumentParser
import Containers
import JSON
import OrderedCollections
import Text

/// How conversations are written.
struct TemplateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the system says first, where a conversation does not begin with it.", valueName: "text")
  )
  var system: String?

  @Option(
    help: ArgumentHelp("Chat template in place of the model's own.", valueName: "file"),
    completion: .file(extensions: ["jinja"]))
  var template: String?

  @Option(
    help: ArgumentHelp(
      "Tools that a conversation may call: a JSON array of functions.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var tools: String?

  @Option(
    help: ArgumentHelp(
      "Value that the chat template asks for, as in --set enable_thinking=false; repeatable.",
      valueName: "name=json"))
  var set: [TemplateSetting] = []

  @Option(
    help: ArgumentHelp(
      "Day that the chat template is told, as 2024-07-26. (default: today)", valueName: "date"))
  var date: TemplateDate?

  /// An option that was given, if any was.
  var given: String? {
    let options = [
      ("--system", system != nil), ("--template", template != nil), ("--tools", tools != nil),
      ("--set", !set.isEmpty), ("--date", date != nil),
    ]
    return options.first { $0.1 }?.0
  }

  /// What the conversations of `model` are written with.
  func writer(ofModelAt model: String) throws -> ConversationWriter {
    let tools = try tools.map { try JSONValue(contentsOf: $0) }
    if let tools, tools.array == nil { throw ChatError.notTools(file: self.tools ?? "") }
    return try ConversationWriter(
      model: model, template: template, system: system, tools: tools,
      settings: OrderedDictionary(
        set.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
      moment: date?.moment ?? .now)
  }

  /// The same; nil where the model has no template and none was given.
  func writerIfAny(ofModelAt model: String) throws -> ConversationWriter? {
    do {
      return try writer(ofModelAt: model)
    } catch ChatError.noChatTemplate where given == nil {
      return nil
    }
  }
}

/// `NAME=JSON`; what is no JSON is text.
struct TemplateSetting: ExpressibleByArgument, CustomStringConvertible {
  let name: String
  let value: JSONValue

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    name = String(parts[0])
    value = (try? JSONValue(parsing: String(parts[1]))) ?? .string(String(parts[1]))
  }

  /// As it may be given again.
  var description: String { "\(name)=\(value.compactText)" }
}

/// A day as `2024-07-26`.
struct TemplateDate: ExpressibleByArgument, CustomStringConvertible {
  let moment: TemplateMoment

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in part.allSatisfy(\.isASCII) ? Int(part) : nil }
    guard parts.count == 3, numbers.count == 3, parts[0].count == 4, (1...12).contains(numbers[1]),
      (1...31).contains(numbers[2])
    else { return nil }
    moment = TemplateMoment(year: numbers[0], month: numbers[1], day: numbers[2])
  }

  init(_ moment: TemplateMoment) { self.moment = moment }

  /// As it may be given again.
  var description: String { moment.dateText }
}
