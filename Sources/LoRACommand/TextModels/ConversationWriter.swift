import Containers
import JSON
import OrderedCollections
import Text

/// Writes conversations as one model reads them.
struct ConversationWriter {
  private let chatTemplate: ChatTemplate
  private let system: String?
  private let tools: JSONValue?
  private let settings: OrderedDictionary<String, JSONValue>
  private let moment: TemplateMoment

  /// - Parameters:
  ///   - model: The model's folder, or its `tokenizer.json`.
  ///   - template: A file in place of the model's own template.
  ///   - system: What the system says where a conversation does not begin with it.
  ///   - tools: What may be called where a conversation names no tools itself.
  ///   - settings: What else the template is given; special tokens of the same name give way.
  ///   - moment: The time that the template is told.
  /// - Throws: What reading the model's files throws.
  init(
    model: String, template: String?, system: String?, tools: JSONValue?,
    settings: OrderedDictionary<String, JSONValue>, moment: TemplateMoment
  ) throws {
    (self.system, self.tools, self.moment) = (system, tools, moment)
    chatTemplate = try ChatTemplateFile(model: model)
      .template(at: template, hasTools: tools != nil)
    let folder = Folder.exists(model) ? model : Folder.parent(of: model)
    let tokens = try SpecialTokens(ofModelIn: folder).texts.mapValues { JSONValue.string($0) }
    self.settings = tokens.merging(settings) { $1 }
  }

  /// The file that the template comes from.
  var templateFile: String { chatTemplate.file }

  /// What the user asks, up to where the assistant begins to answer.
  func question(_ text: String) throws(TemplateError) -> String {
    try rendering([["role": "user", "content": .string(text)]], asksForAnswer: true).text
  }

  /// A conversation as text.
  ///
  /// - Parameters:
  ///   - messages: An array of objects with `role` and `content`.
  ///   - tools: What may be called; null for the writer's own.
  ///   - asksForAnswer: Whether the text ends where the assistant begins to answer.
  /// - Returns: The text, and where the template says that the assistant speaks.
  /// - Throws: What the template throws.
  func rendering(
    _ messages: JSONValue, tools: JSONValue = .null, asksForAnswer: Bool
  ) throws(TemplateError) -> ChatTemplate.Rendering {
    var messages = messages
    if let system, case .array(let elements) = messages, elements.first?["role"]?.string != "system"
    {
      messages = .array([["role": "system", "content": .string(system)]] + elements)
    }
    var conversation = Conversation(messages: messages)
    conversation.tools = tools.isNull ? self.tools ?? .null : tools
    conversation.addsGenerationPrompt = asksForAnswer
    conversation.settings = settings
    return try chatTemplate.rendered(conversation, at: moment)
  }
}
