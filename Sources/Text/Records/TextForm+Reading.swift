import JSON
import OrderedCollections
import Tensors

extension TextForm {
  /// What a row of this form says.
  func content(_ row: RecordColumns) throws(TextDataError) -> TextRecord.Content {
    switch self {
    case .messages: return try conversation(row, "messages", role: "role", text: "content")
    case .conversations: return try conversation(row, "conversations", role: "from", text: "value")
    case .promptCompletion: return try answer(row)
    case .instruction:
      let instruction = try row.filledText("instruction")
      let input = try row.optionalText("input") ?? ""
      return .answer(
        system: try row.optionalText("system"),
        prompt: input.isEmpty ? instruction : "\(instruction)\n\(input)",
        completion: try row.filledText("output"))
    case .labelled:
      return .labelled(
        text: try row.filledText("text"), pair: try row.optionalText("text_pair"),
        label: try row.label("label"))
    case .text:
      let text = try row.filledText("text")
      return try row.optionalText("text_pair").map { .pair(text, $0) } ?? .text(text)
    case .tokens: return .tokens(try tokens(row))
    }
  }

  /// Two texts, or messages in two parts.
  private func answer(_ row: RecordColumns) throws(TextDataError) -> TextRecord.Content {
    guard let prompt = row["prompt"]?.array, let completion = row["completion"]?.array else {
      return .answer(
        system: try row.optionalText("system"), prompt: try row.text("prompt"),
        completion: try row.filledText("completion"))
    }
    let messages = try MessageReader(row, role: "role", text: "content")
      .messages(prompt + completion)
    return .conversation(messages: .array(messages), tools: try row.structure("tools") ?? .null)
  }

  private func conversation(
    _ row: RecordColumns, _ column: String, role: String, text: String
  ) throws(TextDataError) -> TextRecord.Content {
    guard let elements = try row.structure(column)?.array else {
      throw row.problem(.wrongType(column: column, expected: "an array of messages"))
    }
    guard !elements.isEmpty else { throw row.problem(.empty(column: column)) }
    var messages = try MessageReader(row, role: role, text: text).messages(elements)
    if self == .conversations, let system = try row.optionalText("system"), !system.isEmpty {
      messages.insert(["role": "system", "content": .string(system)], at: 0)
    }
    guard messages.contains(where: { $0["role"]?.string == "assistant" }) else {
      throw row.problem(.noAnswer)
    }
    return .conversation(messages: .array(messages), tools: try row.structure("tools") ?? .null)
  }

  private func tokens(_ row: RecordColumns) throws(TextDataError) -> TokenRow {
    guard let ids = try row.wholeNumbers("input_ids"), !ids.isEmpty else {
      throw row.problem(.empty(column: "input_ids"))
    }
    let mask = try row.wholeNumbers("attention_mask")
    let types = try row.wholeNumbers("token_type_ids")
    for (column, numbers) in [("attention_mask", mask), ("token_type_ids", types)] {
      guard let numbers, numbers.count != ids.count else { continue }
      throw row.problem(.lengths(column: column, found: numbers.count, expected: ids.count))
    }
    guard let labels = row["labels"] else {
      return TokenRow(ids: ids, labels: .none, attentionMask: mask, tokenTypes: types)
    }
    // A label for each token, unless there is another number of them or one has a point.
    let perToken = labels.array?.compactMap(\.int)
    let isPerToken = perToken?.count == ids.count && labels.array?.count == ids.count
    return TokenRow(
      ids: ids, labels: isPerToken ? .tokens(perToken ?? []) : .row(try row.label("labels")),
      attentionMask: mask, tokenTypes: types)
  }
}

/// Reads the messages of a conversation, with roles as templates know them.
private struct MessageReader {
  private let row: RecordColumns
  private let role: String
  private let text: String

  init(_ row: RecordColumns, role: String, text: String) {
    (self.row, self.role, self.text) = (row, role, text)
  }

  /// The roles, as chat templates and as ShareGPT's files call them.
  private static let roles: [String: String] = [
    "system": "system", "developer": "developer", "user": "user", "human": "user",
    "assistant": "assistant", "gpt": "assistant", "model": "assistant", "tool": "tool",
    "observation": "tool", "ipython": "tool", "function": "tool",
  ]

  func messages(_ elements: [JSONValue]) throws(TextDataError) -> [JSONValue] {
    var messages: [JSONValue] = []
    for (index, element) in elements.enumerated() {
      messages.append(try message(element, index + 1))
    }
    return messages
  }

  private func message(_ element: JSONValue, _ number: Int) throws(TextDataError) -> JSONValue {
    guard let members = element.object, let name = element[role]?.string else {
      throw row.problem(
        .badMessage(message: number, "expected an object with \"\(role)\" and \"\(text)\""))
    }
    guard let known = Self.roles[name] else {
      throw row.problem(.unknownRole(name, message: number))
    }
    let content = element[text] ?? .null
    let calls = element["tool_calls"]?.array ?? []
    try check(content, known, hasCalls: !calls.isEmpty, number)
    var message = JSONValue(members: [("role", .string(known)), ("content", content)])
    for (key, value) in members where key.text != role && key.text != text {
      message[key.text] = value
    }
    return message
  }

  private func check(
    _ content: JSONValue, _ role: String, hasCalls: Bool, _ number: Int
  ) throws(TextDataError) {
    switch content {
    case .string(let text):
      guard !text.isEmpty || role != "assistant" || hasCalls else {
        throw row.problem(.badMessage(message: number, "the answer is empty"))
      }
    case .array(let parts):
      guard parts.allSatisfy({ $0["type"]?.string == "text" && $0["text"]?.string != nil }) else {
        throw row.problem(
          .badMessage(message: number, "its content has parts that are no text"))
      }
    case .null where hasCalls: break
    default:
      throw row.problem(.badMessage(message: number, "\"\(text)\" is neither a string nor parts"))
    }
  }
}
