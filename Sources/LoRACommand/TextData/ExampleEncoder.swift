import JSON
import Models
import Tensors
import Text

/// Makes tokens of rows of text data, and marks what of them counts.
///
/// A row becomes one text and that one encoding. What counts is told by places in the text, never by
/// looking for tokens: a token counts when it ends inside of an answer.
struct ExampleEncoder {
  /// Nil where the model has none; then only rows of ids are read.
  private let knownTokenizer: Result<Tokenizer, TokenizerAbsence>
  /// Nil where the model has no chat template.
  let writer: ConversationWriter?
  let stops: StopTokens
  let counts: CountedText
  /// Ids that the model has.
  private let vocabulary: Int
  /// Whether padding behind a row's ids counts as a part of its length: where the angles of positions
  /// depend on that, as transformers reads a batch.
  private let keepsPadding: Bool

  /// The encoder of a model's folder; without `design` no id is too large.
  ///
  /// - Throws: What reading its files throws.
  init(
    ofModelAt model: String, _ template: TemplateOptions, counts: CountedText,
    _ design: TransformerDesign?
  ) throws {
    knownTokenizer = try TokenizerSource.openIfAny(model)
    writer = try template.writerIfAny(ofModelAt: model)
    stops = try StopTokens(ofModelIn: model, try? knownTokenizer.get())
    (self.counts, vocabulary) = (counts, design?.vocabulary ?? .max)
    keepsPadding =
      design?.blocks.contains {
        $0.attention.rotation.map { !$0.isSame(for: 1, and: .max) } ?? false
      } ?? false
  }

  /// Nil where the model has none.
  var tokenizerIfAny: Tokenizer? { try? knownTokenizer.get() }

  /// - Throws: `TokenizerAbsence`, which is no fault of a row's.
  var tokenizer: Tokenizer {
    get throws(TokenizerAbsence) { try knownTokenizer.get() }
  }

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
    case .pair: throw RowError(record, .pair)
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
    func isText(_ place: Int) -> Bool { row.attentionMask?[place] != 0 }
    let end = row.ids.indices.last(where: isText) ?? -1
    let kept = row.ids.indices.filter { isText($0) || (keepsPadding && $0 > end) }
    let labels: [Int]
    switch row.labels {
    case .none: labels = row.ids
    case .tokens(let given): labels = given
    case .row: throw RowError(record, .labelled)
    }
    return try example(
      kept.map { row.ids[$0] },
      kept.map { isText($0) ? Int32(clamping: max(labels[$0], -1)) : -1 }, record)
  }

  private func example(
    _ ids: [Int], _ labels: [Int32], _ record: TextRecord, dropsSystem: Bool = false
  ) throws(RowError) -> TextExample {
    for id in ids + labels.map({ Int($0) }) where id >= vocabulary {
      throw RowError(record, .beyondVocabulary(id: id, vocabulary: vocabulary))
    }
    guard ids.allSatisfy({ $0 >= 0 }) else { throw RowError(record, .negativeId) }
    return TextExample(
      line: record.line, tokens: ids.map { Int32($0) }, labels: labels, dropsSystem: dropsSystem)
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
    let dropsSystem = dropsSystem(of: messages, in: whole.text)
    guard counts == .answer else {
      return try example(
        encoding.ids, encoding.ids.map { Int32($0) }, record, dropsSystem: dropsSystem)
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
      encoding.ids, labels(encoding, spans, marked: !whole.generated.isEmpty), record,
      dropsSystem: dropsSystem)
  }

  /// Whether the template wrote nothing of what the system says.
  private func dropsSystem(of messages: [JSONValue], in text: String) -> Bool {
    guard let first = messages.first, first["role"]?.string == "system",
      let words = first["content"]?.string
    else { return false }
    let word = words.split(whereSeparator: \.isWhitespace).max { $0.utf8.count < $1.utf8.count }
    guard let word else { return false }
    return !text.contains(word)
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
