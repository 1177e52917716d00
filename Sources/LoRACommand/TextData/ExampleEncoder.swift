import JSON
import Tensors
import Text

/// Makes tokens of rows of text data, and marks what of them counts.
///
/// A row becomes one text and that one encoding. What counts is told by places in the text, never by
/// looking for tokens: a token counts when it ends inside of an answer.
struct ExampleEncoder {
  let tokenizer: Tokenizer
  /// Nil where the model has no chat template.
  let writer: ConversationWriter?
  let stops: StopTokens
  var counts = CountedText.answer
  /// Ids that the model has.
  let vocabulary: Int

  /// - Throws: `RowError` with the row's line, or what the tokenizer throws.
  func example(_ record: TextRecord) throws -> TextExample {
    switch record.content {
    case .text(let text): return try plain(text, answer: 0, endsText: false, record)
    case .tokens(let row): return try tokens(row, record)
    case .answer(let system, let prompt, let completion):
      guard writer != nil else {
        let begin = [system, prompt].compactMap { $0 }.joined(separator: "\n")
        return try plain(
          begin + completion, answer: begin.utf8.count, endsText: true, record)
      }
      var messages: [JSONValue] = [
        ["role": "user", "content": .string(prompt)],
        ["role": "assistant", "content": .string(completion)],
      ]
      if let system { messages.insert(["role": "system", "content": .string(system)], at: 0) }
      return try conversation(messages, tools: .null, record)
    case .conversation(let messages, let tools):
      guard writer != nil else { throw RowError(record, .noTemplate) }
      return try conversation(messages.array ?? [], tools: tools, record)
    case .labelled: throw RowError(record, .labelled)
    }
  }

  /// Text as it is; what counts begins at the byte `answer`.
  private func plain(
    _ text: String, answer: Int, endsText: Bool, _ record: TextRecord
  ) throws -> TextExample {
    let encoding = try tokenizer.encode(text)
    var labels = encoding.ids.indices.map { index in
      encoding.texts[index] != nil && (counts == .all || encoding.spans[index].upperBound > answer)
        ? Int32(encoding.ids[index]) : -1
    }
    var ids = encoding.ids
    if endsText, let stop = stops.ids.first, ids.last != stop {
      ids.append(stop)
      labels.append(Int32(stop))
    }
    return try example(ids, labels, record)
  }

  private func tokens(_ row: TokenRow, _ record: TextRecord) throws -> TextExample {
    let kept = row.ids.indices.filter { row.attentionMask?[$0] != 0 }
    let labels: [Int]
    switch row.labels {
    case .none: labels = row.ids
    case .tokens(let given): labels = given
    case .row: throw RowError(record, .labelled)
    }
    return try example(
      kept.map { row.ids[$0] }, kept.map { Int32(clamping: max(labels[$0], -1)) }, record)
  }

  private func example(
    _ ids: [Int], _ labels: [Int32], _ record: TextRecord
  ) throws(RowError) -> TextExample {
    for id in ids + labels.map({ Int($0) }) where id >= vocabulary {
      throw RowError(record, .beyondVocabulary(id: id, vocabulary: vocabulary))
    }
    guard ids.allSatisfy({ $0 >= 0 }) else { throw RowError(record, .negativeId) }
    return TextExample(line: record.line, tokens: ids.map { Int32($0) }, labels: labels)
  }
}

extension ExampleEncoder {
  private func conversation(
    _ messages: [JSONValue], tools: JSONValue, _ record: TextRecord
  ) throws -> TextExample {
    guard let writer else { preconditionFailure("a conversation is written with a template") }
    func rendering(_ count: Int, asking: Bool) throws -> ChatTemplate.Rendering {
      do throws(TemplateError) {
        return try writer.rendering(
          .array(Array(messages.prefix(count))), tools: tools, asksForAnswer: asking)
      } catch {
        throw RowError(record, .template(error))
      }
    }
    let whole = try rendering(messages.count, asking: false)
    let encoding = try tokenizer.encode(whole.text, addingSpecialTokens: false)
    guard counts == .answer else {
      return try example(encoding.ids, encoding.ids.map { Int32($0) }, record)
    }
    var spans = whole.generated
    if spans.isEmpty {
      for (index, message) in messages.enumerated()
      where message["role"]?.string == "assistant" {
        let before = try rendering(index, asking: true).text
        let after = try rendering(index + 1, asking: false).text
        guard after.utf8.starts(with: before.utf8), whole.text.utf8.starts(with: after.utf8)
        else { throw RowError(record, .noPrefix(message: index + 1)) }
        spans.append(before.utf8.count..<after.utf8.count)
      }
    }
    return try example(
      encoding.ids, labels(encoding, spans, marked: !whole.generated.isEmpty), record)
  }

  /// An answer runs through the token that ends it; what a template writes behind that is not said.
  private func labels(
    _ encoding: Encoding, _ spans: [Range<Int>], marked: Bool
  ) -> [Int32] {
    var labels = [Int32](repeating: -1, count: encoding.count)
    for span in spans {
      let inside = encoding.spans.indices.filter {
        encoding.spans[$0].upperBound > span.lowerBound
          && encoding.spans[$0].upperBound <= span.upperBound && !encoding.spans[$0].isEmpty
      }
      let last = marked ? nil : inside.last { stops.ids.contains(encoding.ids[$0]) }
      for index in inside where index <= last ?? .max { labels[index] = Int32(encoding.ids[index]) }
    }
    return labels
  }
}

/// Why a row of text data is not what a model can be measured on.
struct RowError: ReportableError {
  let line: Int
  let problem: Problem
  var file = ""

  enum Problem {
    case noTemplate
    case labelled
    case template(TemplateError)
    case noPrefix(message: Int)
    case beyondVocabulary(id: Int, vocabulary: Int)
    case negativeId
  }

  init(_ record: TextRecord, _ problem: Problem) {
    (line, self.problem) = (record.line, problem)
  }

  var category: FailureCategory { .badData }

  var description: String { "\(escaped(file)):\(line): \(problem.text)" }
}

extension RowError.Problem {
  fileprivate var text: String {
    switch self {
    case .noTemplate:
      "a conversation, and the model has no chat template; give one with --template"
    case .labelled: "the row has a label, which a language model does not foretell"
    case .template(let error): "\(error)"
    case .noPrefix(let message):
      "message \(message): what the template writes to ask for it is no beginning of what it writes "
        + "of it, so that the answer has no place; give another template, or --loss all"
    case .beyondVocabulary(let id, let vocabulary):
      "the id \(id) is beyond the model's \(vocabulary) tokens"
    case .negativeId: "an id is negative"
    }
  }
}
