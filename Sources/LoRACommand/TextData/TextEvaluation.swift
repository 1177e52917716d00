import Adapters
import Containers
import JSON
import Kernels
import Reports
import Tensors
import Text
import TextModels
import Training

/// Scores a language model, with or without adapters, on a file of texts.
struct TextEvaluation {
  let path: String
  let model: TextModel<Float>
  /// The model without its adapters, to compare with.
  let base: TextModel<Float>?
  let encoder: ExampleEncoder
  let data: TextDataOptions
  let workers: Workers

  /// What is found out about a file.
  struct Result {
    var form = TextForm.text
    var scores = TextScores()
    var baseScores: TextScores?
    /// Rows with nothing that counts.
    var emptyRows = 0
    /// Rows that were longer than a window, and tokens that begin one.
    var cutRows = 0
  }

  /// - Throws: `ErrorList` with every row that cannot be used, or what reading throws.
  func run(onProgress: () -> Void) throws -> Result {
    let file = TextFile(path: path, options: data)
    var (result, memory) = (Result(), model.network.makeMemory())
    result.baseScores = base.map { _ in TextScores() }
    result.form = try file.forEachRecord { record, isSound in
      let example = try encoder.example(record)
      guard example.counted > 0 else {
        result.emptyRows += 1
        return
      }
      // Bad rows are all named before anything is computed in vain.
      if isSound { try score(example, &result, &memory) }
      onProgress()
    }
    guard result.scores.tokens > 0 else {
      throw TextDataError(file: file.name, line: 0, problem: .noAnswer)
    }
    return result
  }

  private func score(
    _ example: TextExample, _ result: inout Result, _ memory: inout Transformer<Float>.Memory
  ) throws {
    let windows = windows(of: example)
    if windows.count > 1 { result.cutRows += 1 }
    func losses(_ network: Transformer<Float>) -> [Double] {
      windows.flatMap { part in
        network.tokenLosses(
          TokenBatch(
            [Array(example.tokens[part])], labels: [Array(example.labels[part])]),
          &memory, workers)
      }
    }
    let found = losses(model.network)
    guard found.allSatisfy(\.isFinite) else { throw GenerationError.notFinite(file: model.file) }
    result.scores.add(example.line, found)
    if let base { result.baseScores?.add(example.line, losses(base.network)) }
  }

  /// Parts that a model reads at once: each begins with the last token of the one before.
  private func windows(of example: TextExample) -> [Range<Int>] {
    let limit = min(data.maxTokens, model.network.design.positionLimit ?? .max)
    let count = example.tokens.count
    guard count > limit else { return [0..<count] }
    return stride(from: 0, to: count - 1, by: limit - 1).map { $0..<min($0 + limit, count) }
      .filter { example.labels[$0].dropFirst().contains { $0 >= 0 } }
  }
}

extension TextEvaluation.Result {
  func report(showsRows: Bool) -> Report {
    var report = Report()
    report.add("form", "form", .text(form.title))
    report.add("rows", "rows", .count(scores.rows.count))
    if emptyRows > 0 { report.add("rows_left_out", "rows without an answer", .count(emptyRows)) }
    if cutRows > 0 { report.add("rows_in_windows", "rows read in windows", .count(cutRows)) }
    report.add("tokens", "tokens counted", .count(scores.tokens))
    add(scores, to: &report)
    if let baseScores {
      var base = Report()
      add(baseScores, to: &base)
      report.add("base", title: "without the adapter", base)
      let better = zip(scores.rows, baseScores.rows).count { $0.loss < $1.loss }
      report.add("rows_better", "rows with a smaller loss", .count(better))
    }
    if showsRows { report.add(detail: "by_row", rowTree) }
    return report
  }

  private func add(_ scores: TextScores, to report: inout Report) {
    report.add("loss", "loss", .number(scores.loss))
    report.add("perplexity", "perplexity", .number(scores.perplexity))
    guard let interval = scores.lossInterval else { return }
    let bounds = ElementaryFunction.exp([interval.low, interval.high])
    report.add(
      "perplexity_interval",
      Table(
        [(name: "perplexity", low: bounds[0], high: bounds[1])],
        columns: [
          Column("95 % interval") { $0.name }, Column("low", .significant(4)) { .number($0.low) },
          Column("high", .significant(4)) { .number($0.high) },
        ]))
  }

  private var rowTree: JSONTree {
    .array(
      scores.rows.enumerated().map { index, row in
        var members = [
          JSONTree.Member("line", .integer(row.line)), .init("tokens", .integer(row.tokens)),
          .init("loss", .number(row.loss / Double(row.tokens))),
        ]
        if let base = baseScores?.rows[index] {
          members.append(.init("base_loss", .number(base.loss / Double(base.tokens))))
        }
        return .object(members)
      })
  }
}
