import Tensors
import Text
import Training

/// Makes rows to train on of the rows of a file.
struct TextRowEncoder {
  let examples: ExampleEncoder
  let task: TextTask
  let network: Transformer<Float>
  /// Tokens of a row at most.
  let limit: Int
  /// Whether a row that is longer ends the run.
  let refusesLong: Bool

  /// What became of one row of the file.
  struct Rows {
    /// None when nothing is left that could be learned.
    var rows: [TextRow] = []
    /// Whether the row was longer than the limit, and what is behind it is left out.
    var isCut = false
    var dropsSystem = false
  }

  /// - Throws: `RowError`, or what the tokenizer throws.
  func rows(of record: TextRecord) throws -> Rows {
    task == .language ? try foretold(record) : try classified(record)
  }

  private func foretold(_ record: TextRecord) throws -> Rows {
    let example = try examples.example(record)
    var rows = Rows(dropsSystem: example.dropsSystem)
    for window in try windows(of: example, record, &rows) {
      let labels = Array(example.labels[window])
      guard labels.dropFirst().contains(where: { $0 >= 0 }) else { continue }
      rows.rows.append(
        TextRow(
          line: record.line,
          tokens: Training.TokenRow(Array(example.tokens[window]), target: .tokens(labels))))
    }
    return rows
  }

  /// The parts of a row that are learned.
  ///
  /// Text without a prompt is parted, so that all of it is learned: each part begins with the last
  /// token of the one before. Of an answer what is too long is cut off.
  private func windows(
    of example: TextExample, _ record: TextRecord, _ rows: inout Rows
  ) throws(RowError) -> [Range<Int>] {
    let count = example.tokens.count
    guard count > limit else { return [0..<count] }
    if case .text = record.content {
      return stride(from: 0, to: count - 1, by: limit - 1).map { $0..<min($0 + limit, count) }
    }
    if refusesLong {
      let answer = example.labels.firstIndex { $0 >= 0 }
      throw RowError(record, .tooLong(tokens: count, answer: answer, limit: limit))
    }
    rows.isCut = true
    return [0..<limit]
  }

  private func classified(_ record: TextRecord) throws -> Rows {
    var (ids, segments, label): ([Int], [Int]?, TextLabel)
    var rows = Rows()
    switch record.content {
    case .labelled(let text, let pair, let given):
      let encoding = try examples.tokenizer.encode(text, pair)
      // What a tokenizer puts behind a text stays there when the text is cut.
      let ending = encoding.texts.reversed().prefix { $0 == nil }.count
      let kept = try self.kept(encoding.count, ending: ending, record, &rows)
      (ids, label) = (kept.map { encoding.ids[$0] }, given)
      segments = pair == nil ? nil : kept.map { encoding.types[$0] }
    case .tokens(let row):
      let places = row.ids.indices.filter { row.attentionMask?[$0] != 0 }
      let kept = try self.kept(places.count, ending: 0, record, &rows).map { places[$0] }
      guard let given = row.labels.ofRow else { throw RowError(record, .noLabel) }
      (ids, label) = (kept.map { row.ids[$0] }, given)
      segments = row.tokenTypes.map { types in kept.map { types[$0] } }
    default: throw RowError(record, .noLabel)
    }
    if network.design.embedding.segments == nil { segments = nil }
    let tokens = ids.map { Int32(clamping: $0) }
    let parts = segments?.map { Int32(clamping: $0) }
    do throws(TokenProblem) {
      try network.check(tokens, segments: parts)
    } catch {
      throw RowError(record, .tokens(error))
    }
    let row = Training.TokenRow(
      tokens, segments: parts, target: try task.target(label, record))
    rows.rows = [TextRow(line: record.line, tokens: row)]
    return rows
  }

  /// The places that are kept of `count` tokens, of which the last `ending` always are.
  private func kept(
    _ count: Int, ending: Int, _ record: TextRecord, _ rows: inout Rows
  ) throws(RowError) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    if refusesLong { throw RowError(record, .tooLong(tokens: count, answer: nil, limit: limit)) }
    rows.isCut = true
    let head = max(0, limit - ending)
    return Array(0..<head) + Array((count - ending)..<count).prefix(limit - head)
  }
}

extension Text.TokenRow.Labels {
  /// The label of the whole row; a number for each label may be as many as there are tokens.
  fileprivate var ofRow: TextLabel? {
    switch self {
    case .none: nil
    case .tokens(let numbers): .list(numbers.map { .int($0) })
    case .row(let label): label
    }
  }
}
