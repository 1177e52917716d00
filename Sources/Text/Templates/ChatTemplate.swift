import JSON
import OrderedCollections
import Tensors

/// A model's chat template: the Jinja program that writes a conversation as the model was trained
/// to read it.
///
/// The language is Jinja as transformers runs it: `trim_blocks`, `lstrip_blocks`, loop controls,
/// the tag `generation`, and a sandbox in which nothing but a namespace changes. What is not
/// supported is refused by its name, when the template is read or when it comes to it; nothing is
/// left out of the text in silence.
///
/// Source: `render_jinja_template` of transformers,
/// <https://huggingface.co/docs/transformers/chat_templating_writing>.
package struct ChatTemplate: Sendable {
  /// The file or setting that it comes from, for messages.
  package let file: String
  private let statements: [Statement]

  /// - Throws: `TemplateError` with the line of what cannot be read.
  package init(_ source: String, file: String) throws(TemplateError) {
    self.file = file
    statements = try StatementParser.statements(of: source, file: file)
  }

  /// A conversation as text.
  package struct Rendering: Sendable {
    package let text: String
    /// What the template marks with `{% generation %}`, in UTF-8 bytes of the text; empty when it
    /// marks nothing.
    package let generated: [Range<Int>]
  }

  /// Writes a conversation.
  ///
  /// - Parameters:
  ///   - conversation: What the template is given: messages and what goes with them.
  ///   - moment: The time, if it asks.
  /// - Returns: The text, and where the template says that the assistant speaks.
  /// - Throws: `TemplateError`; the template's own words when it refuses the conversation.
  package func rendered(
    _ conversation: Conversation, at moment: TemplateMoment
  ) throws(TemplateError) -> Rendering {
    let renderer = TemplateRenderer(file: file, moment: moment)
    try renderer.run(statements, in: TemplateScope(conversation.values))
    return Rendering(text: renderer.output, generated: renderer.generated)
  }
}

/// Messages, and what else a chat template may ask for.
package struct Conversation: Sendable {
  /// An array of objects with `role` and `content`.
  package var messages: JSONValue
  /// An array of function descriptions; null without tools.
  package var tools: JSONValue = .null
  /// Whether the text ends with the beginning of the assistant's answer.
  package var addsGenerationPrompt = false
  /// The tokenizer's special tokens (`bos_token`, …) and what the user sets.
  package var settings: OrderedDictionary<String, JSONValue> = [:]

  package init(messages: JSONValue) {
    self.messages = messages
  }

  fileprivate var values: [String: TemplateValue] {
    var values: [String: TemplateValue] = [
      "messages": TemplateValue(messages), "tools": TemplateValue(tools), "documents": .none,
      "add_generation_prompt": .bool(addsGenerationPrompt),
    ]
    for (name, value) in settings { values[name] = TemplateValue(value) }
    return values
  }
}
