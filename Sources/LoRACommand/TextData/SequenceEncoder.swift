import Tensors
import Text
import TextModels
import Training

/// Makes one sequence of each row of text data, for what is said of texts whole.
struct SequenceEncoder {
  /// Nil where the model has none; then only rows of ids are read.
  private let tokenizer: Result<Tokenizer, TokenizerAbsence>
  private let network: Transformer<Float>
  /// Tokens of a sequence at most.
  private let limit: Int
  /// What of a row is its label; nil where none is looked for.
  private let task: TextTask?
  /// The token that stands for nothing where the last token's place is read.
  private let padding: Int?

  /// The encoder of a model's folder.
  ///
  /// - Parameters:
  ///   - model: The model, its network as it is used.
  ///   - limit: Tokens at most; learned positions may be fewer.
  ///   - task: What the labels are to the network; nil where rows need none.
  /// - Throws: What reading its files throws.
  init(of model: TextModel<Float>, limit: Int, task: TextTask?) throws {
    tokenizer = try TokenizerSource.openIfAny(model.file)
    (network, self.task) = (model.network, task)
    self.limit = min(limit, model.network.design.positionLimit ?? .max)
    padding =
      model.network.design.classifier?.pooling == .last ? try model.configuration.paddingToken : nil
  }

  /// A row as the network reads it.
  struct Sequence {
    let line: Int
    let tokens: [Int32]
    let segments: [Int32]?
    /// Nil where none is looked for.
    let target: Training.TokenRow.Target?
    /// Whether the row was longer than the limit, and what is behind it is left out.
    let isCut: Bool
    /// The texts of the columns that are kept.
    let kept: [String]
  }

  /// - Throws: `RowError`, `TokenizerAbsence`, or what the tokenizer throws.
  func sequence(_ record: TextRecord) throws -> Sequence {
    var (ids, types, isCut): ([Int], [Int]?, Bool)
    switch record.content {
    case .text(let text), .labelled(let text, nil, _): (ids, types, isCut) = try tokens(text, nil)
    case .pair(let text, let pair), .labelled(let text, let pair?, _):
      (ids, types, isCut) = try tokens(text, pair)
    case .tokens(let row):
      let places = row.ids.indices.filter { row.attentionMask?[$0] != 0 }
      isCut = places.count > limit
      ids = places.prefix(limit).map { row.ids[$0] }
      types = row.tokenTypes.map { types in places.prefix(limit).map { types[$0] } }
    case .answer, .conversation: throw RowError(record, .noText)
    }
    // Where the last token is read, padding behind it is not; one token always stays.
    while ids.count > 1, let padding, ids.last == padding {
      ids.removeLast()
      types?.removeLast()
    }
    let tokens = ids.map { Int32(clamping: $0) }
    let segments =
      network.design.embedding.segments == nil ? nil : types?.map { Int32(clamping: $0) }
    do throws(TokenProblem) {
      try network.check(tokens, segments: segments)
    } catch {
      throw RowError(record, .tokens(error))
    }
    return Sequence(
      line: record.line, tokens: tokens, segments: segments, target: try target(of: record),
      isCut: isCut, kept: record.kept)
  }

  private func target(of record: TextRecord) throws(RowError) -> Training.TokenRow.Target? {
    guard let task else { return nil }
    guard let label = record.content.label else { throw RowError(record, .noLabel) }
    return try task.target(label, record)
  }

  /// The tokens of a text or two, with what the model expects around them; what is too long is cut
  /// from the ends of the texts.
  private func tokens(
    _ text: String, _ pair: String?
  ) throws -> (ids: [Int], types: [Int]?, isCut: Bool) {
    let encoding = try tokenizer.get().encode(text, pair)
    var rest = Self.lengths(
      (0...1).map { text in encoding.texts.count { $0 == text } },
      within: limit - encoding.texts.count { $0 == nil })
    let places = encoding.ids.indices.filter { place in
      guard let text = encoding.texts[place] else { return true }
      rest[text] -= 1
      return rest[text] >= 0
    }
    let kept = places.prefix(limit)
    return (
      kept.map { encoding.ids[$0] }, kept.map { encoding.types[$0] }, kept.count < encoding.count
    )
  }

  /// How much is kept of two texts.
  ///
  /// What the shorter leaves is the longer's, and neither has less than half. Source: `longest_first`
  /// of Hugging Face's tokenizers.
  private static func lengths(_ lengths: [Int], within room: Int) -> [Int] {
    let room = max(0, room)
    guard lengths[0] + lengths[1] > room else { return lengths }
    let shorter = min(lengths.min() ?? 0, room / 2)
    return lengths[0] > lengths[1] ? [room - shorter, shorter] : [shorter, room - shorter]
  }
}

extension TextRecord.Content {
  /// What the row is; nil where it does not say.
  fileprivate var label: TextLabel? {
    switch self {
    case .labelled(_, _, let label): label
    case .tokens(let row):
      switch row.labels {
      case .none: nil
      // A number for each label may be as many as there are tokens.
      case .tokens(let numbers): .list(numbers.map { .int($0) })
      case .row(let label): label
      }
    case .text, .pair, .answer, .conversation: nil
    }
  }
}
