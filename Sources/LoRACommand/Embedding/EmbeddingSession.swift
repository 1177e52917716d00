import Containers
import Kernels
import Reports
import Tables
import Tensors
import TextModels
import Training

/// Joins a model, adapters and a file of texts to one vector a text.
struct EmbeddingSession {
  let model: String
  let adapters: TextAdapterOptions
  let data: TextDataOptions
  /// Columns of the file to write in front.
  let ids: [String]
  let workers: Workers
  let isQuiet: Bool

  /// The vectors of the texts at `path`.
  func embeddings(on path: String, _ pooling: SentencePooling) throws -> Embeddings {
    let opened = try adapters.model(model, workers: workers)
    let limit = min(data.maxTokens, pooling.limit ?? .max)
    let run = SequenceRun(
      file: TextFile(path: path, options: data, kept: ids, takesEmptyTexts: true),
      encoder: try SequenceEncoder(of: opened, limit: limit, task: nil))
    var (vectors, kept, memory) = ([Float](), [[String]](), opened.network.makeMemory())
    let progress = ProgressLine("embedding rows", total: nil, quiet: isQuiet)
    let summary = try run.forEach(onProgress: { progress.advance(by: $0) }) { rows in
      let states = opened.network.hiddenStates(rows.batch, &memory, .inference(workers))
      var pooled = pooling.pooled(states, lengths: rows.map(\.tokens.count))
      if pooling.normalizes { pooled.normalizeRows() }
      vectors += pooled.elements[..<pooled.count]
      kept += rows.map(\.kept)
    }
    progress.finish()
    guard vectors.allSatisfy(\.isFinite) else { throw GenerationError.notFinite(file: model) }
    return Embeddings(
      vectors: Matrix(columns: opened.network.design.width, elements: vectors), idNames: ids,
      ids: kept, summary: summary)
  }
}

extension SentencePooling {
  /// One row a sequence of the states [T, width].
  fileprivate func pooled(_ states: Matrix<Float>, lengths: [Int]) -> Matrix<Float> {
    var places: [Int] = []
    var first = 0
    for length in lengths {
      places.append(kind == .cls ? first : first + length - 1)
      first += length
    }
    guard kind != .mean else { return states.means(of: lengths) }
    var pooled = Matrix<Float>(rows: 0, columns: states.columns)
    pooled.take(places[...], of: states)
    return pooled
  }
}

extension Matrix<Float> {
  /// Brings every row to length 1; a row of zeros stays.
  fileprivate mutating func normalizeRows() {
    for row in 0..<rows {
      let numbers = self[row: row].map { Double($0) }
      let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { continue }
      let range = row * columns..<(row + 1) * columns
      elements.replaceSubrange(range, with: numbers.map { Float($0 / length) })
    }
  }
}

/// Vectors of texts, and how they are written.
struct Embeddings {
  /// [rows, width].
  let vectors: Matrix<Float>
  let idNames: [String]
  /// Of each row, in the order of the names.
  let ids: [[String]]
  let summary: SequenceRun.Summary

  /// CSV: the columns of the file that were asked for, then `e0`, `e1` and so on.
  func writeCSV(to output: TextOutputOptions, threads: Int) throws {
    try output.write(threads: threads) { text in
      let names = idNames.map { csvField($0) } + (0..<vectors.columns).map { "e\($0)" }
      try text.write(names.joined(separator: ",") + "\n")
      for row in 0..<vectors.rows {
        try Interruption.check()
        let fields = ids[row].map { csvField($0) } + vectors[row: row].map { $0.description }
        try text.write(fields.joined(separator: ",") + "\n")
      }
    }
  }

  /// One JSON object: `{"rows", "width", "embeddings": [{…, "embedding": […]}]}`.
  func writeJSON() throws {
    try StandardStreams.write(
      "{\n  \"rows\": \(vectors.rows),\n  \"width\": \(vectors.columns),\n  \"embeddings\": [")
    for row in 0..<vectors.rows {
      try Interruption.check()
      // The same digits as in CSV.
      let numbers = vectors[row: row].map { JSONTree.number(Double($0.description) ?? Double($0)) }
      let members =
        zip(idNames, ids[row]).map { JSONTree.Member($0, .text($1)) }
        + [JSONTree.Member("embedding", .array(numbers))]
      try StandardStreams.write(
        (row == 0 ? "\n    " : ",\n    ") + JSONTree.object(members).jsonLine)
    }
    try StandardStreams.write("\n  ]\n}\n")
  }
}
