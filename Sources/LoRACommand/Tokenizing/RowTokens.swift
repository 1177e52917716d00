import Reports
import Tensors
import Text

/// One row of a file of texts as a model reads it, and what of it is learned.
struct RowTokens {
  let path: String
  /// From 1.
  let number: Int
  let options: TextDataOptions
  let encoder: ExampleEncoder

  /// - Throws: `ErrorList` with every row that cannot be used, `TextTrainingError.noRow`.
  func report() throws -> Report {
    let file = TextFile(path: path, options: options)
    var (count, found, label) = (0, TextExample?.none, TextLabel?.none)
    let form = try file.forEachRecord { record, _ in
      count += 1
      let example = try example(record)
      guard count == number else { return }
      found = example
      if case .labelled(_, _, let given) = record.content { label = given }
    }
    guard let found else {
      throw TextTrainingError.noRow(file: file.name, row: number, rows: count)
    }
    var report = Report()
    report.add("line", "line", .count(found.line))
    report.add("form", "form", .text(form.title))
    if let label { report.add("label", "label", .text(label.kind)) }
    report.add("token_count", "tokens", .count(found.tokens.count))
    report.add("learned_count", "of them learned", .count(found.counted))
    report.add("tokens", table(found))
    return report
  }

  private func example(_ record: TextRecord) throws -> TextExample {
    guard case .labelled(let text, let pair, _) = record.content else {
      return try encoder.example(record)
    }
    let ids = try encoder.tokenizer.encode(text, pair).ids.map { Int32($0) }
    return TextExample(
      line: record.line, tokens: ids, labels: Array(repeating: -1, count: ids.count))
  }

  private func table(_ example: TextExample) -> Table {
    Table(
      Array(example.tokens.indices),
      columns: [
        Column("id", .plain) { .integer(Int(example.tokens[$0])) },
        Column("piece") { piece(example.tokens[$0]) },
        Column("learned") { mark($0, of: example) },
      ])
  }

  private func piece(_ token: Int32) -> String {
    let text = try? encoder.tokenizerIfAny?.decode([Int(token)], keepingSpecialTokens: true)
    return "\"\(text ?? "")\""
  }

  private func mark(_ index: Int, of example: TextExample) -> String {
    if index >= options.maxTokens { return "cut off" }
    return index > 0 && example.labels[index] >= 0 ? "learned" : ""
  }
}
