import Tensors

/// Why a model of text cannot be used as the command line asks.
enum TextModelError: ReportableError {
  case noChatTemplate(model: String)
  case unreadableChatTemplate(file: String, names: [String])
  case notUTF8(file: String)
  case notTools(file: String)

  var category: FailureCategory { .badData }

  var description: String {
    switch self {
    case .noChatTemplate(let model):
      "\(escaped(model)): the model has no chat template (chat_template.jinja, or chat_template in "
        + "tokenizer_config.json), so that it was likely not trained for conversations; leave out "
        + "--chat, or give a template with --template"
    case .unreadableChatTemplate(let file, let names):
      "\(escaped(file)): chat_template: expected a template, or several of which one is called "
        + "\"default\"; found "
        + (names.isEmpty ? "neither" : names.map { "\"\(escaped($0))\"" }.joined(separator: ", "))
    case .notTools(let file):
      "\(escaped(file)): expected a JSON array of functions, [{\"type\": \"function\", …}]"
    case .notUTF8(let file): "\(escaped(file)): not UTF-8; convert the file to UTF-8"
    }
  }
}
