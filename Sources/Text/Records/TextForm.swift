import Tensors

/// The forms that a row of text data has, told by its columns.
package enum TextForm: String, Sendable, CaseIterable {
  case messages
  case conversations
  case promptCompletion = "completion"
  case instruction
  case labelled = "label"
  case text
  case tokens = "ids"

  /// The columns that make the form, and those that may go with them.
  var columns: (needed: [String], allowed: [String]) {
    switch self {
    case .messages: (["messages"], ["tools"])
    case .conversations: (["conversations"], ["system", "tools"])
    case .promptCompletion: (["prompt", "completion"], ["system"])
    case .instruction: (["instruction", "output"], ["input", "system"])
    case .labelled: (["text", "label"], ["text_pair"])
    case .text: (["text"], ["text_pair"])
    case .tokens: (["input_ids"], ["labels", "attention_mask", "token_type_ids"])
    }
  }

  /// What a message calls it: the columns that make it.
  package var title: String { columns.needed.joined(separator: " + ") }

  /// The forms that columns of these names make; text beside a label is not text alone.
  package static func forms(of columns: some Collection<String>) -> [TextForm] {
    let names = Set(columns)
    let found = allCases.filter { names.isSuperset(of: $0.columns.needed) }
    return found.contains(.labelled) ? found.filter { $0 != .text } : found
  }

  /// What a message says of the forms there are.
  package static var listed: String {
    allCases.map { form in form.columns.needed.map { "\"\($0)\"" }.joined(separator: " + ") }
      .joined(separator: ", ")
  }
}
