import Containers
import JSON
import Tensors
import Text

/// Where the chat template of a model is written.
///
/// 1. `chat_template.jinja`, beside templates of other names in `additional_chat_templates/`.
/// 2. `chat_template.json`, an object with `chat_template`.
/// 3. `chat_template` in `tokenizer_config.json`: a template, or several with names.
///
/// Source: `_from_pretrained` of transformers' tokenizers, which looks in this order.
struct ChatTemplateFile {
  /// The model's folder, or its `tokenizer.json`.
  let model: String

  /// The template.
  ///
  /// - Parameters:
  ///   - path: A file that takes the place of the model's own.
  ///   - hasTools: Whether tools go with the conversation, for which some models have another.
  /// - Returns: The template, read.
  /// - Throws: `TemplateError`, `ContainerError`, or `TextModelError` when there is none.
  func template(at path: String? = nil, hasTools: Bool) throws -> ChatTemplate {
    if let path { return try ChatTemplate(try text(of: path), file: path) }
    let file = Folder.path(folder, "chat_template.jinja")
    if Folder.holdsAnything(at: file) {
      let other = Folder.path(folder, "additional_chat_templates/tool_use.jinja")
      let chosen = hasTools && Folder.holdsAnything(at: other) ? other : file
      return try ChatTemplate(try text(of: chosen), file: chosen)
    }
    for name in ["chat_template.json", "tokenizer_config.json"] {
      let file = Folder.path(folder, name)
      guard Folder.holdsAnything(at: file) else { continue }
      let setting = try JSONValue(contentsOf: file, spelling: .python)["chat_template"]
      guard let setting, !setting.isNull else { continue }
      return try ChatTemplate(try source(in: setting, file, hasTools: hasTools), file: file)
    }
    throw TextModelError.noChatTemplate(model: model)
  }

  private var folder: String { Folder.exists(model) ? model : Folder.parent(of: model) }

  private func source(in setting: JSONValue, _ file: String, hasTools: Bool) throws -> String {
    if let text = setting.string { return text }
    var named: [String: String] = [:]
    for element in setting.array ?? [] {
      guard let name = element["name"]?.string, let text = element["template"]?.string else {
        break
      }
      named[name] = text
    }
    guard let text = (hasTools ? named["tool_use"] : nil) ?? named["default"] else {
      throw TextModelError.unreadableChatTemplate(file: file, names: named.keys.sorted())
    }
    return text
  }

  private func text(of path: String) throws -> String {
    let bytes = try InputFile.contents(of: path, sizeLimit: 16 << 20)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TextModelError.notUTF8(file: path)
    }
    return text
  }
}
