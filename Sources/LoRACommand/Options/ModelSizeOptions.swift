import ArgumentParser
import JSON

/// A model given by its sizes: those of a preset, its own, or the first changed by the second.
struct ModelSizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A well-known model, as llama-3.1-8b.", valueName: "name"))
  var preset: String?

  @Flag(help: "List the presets and their parameters.")
  var listPresets = false

  @Option(
    help: ArgumentHelp(
      "Widths of a plain network from input to output, with commas between.", valueName: "widths"))
  var sizes: WidthsArgument?

  @Option(help: ArgumentHelp("Width of a Llama-like decoder.", valueName: "width"))
  var hiddenSize: Int?

  @Option(help: ArgumentHelp("Layers of the decoder.", valueName: "count"))
  var layers: Int?

  @Option(help: ArgumentHelp("Attention heads of a layer.", valueName: "count"))
  var heads: Int?

  @Option(
    help: ArgumentHelp("Heads of keys and values. (default: as many)", valueName: "count"))
  var kvHeads: Int?

  @Option(
    help: ArgumentHelp("Width of a head. (default: hidden size / heads)", valueName: "width"))
  var headDim: Int?

  @Option(help: ArgumentHelp("Inner width of the gated network.", valueName: "width"))
  var intermediateSize: Int?

  @Option(help: ArgumentHelp("Tokens of the vocabulary.", valueName: "count"))
  var vocabSize: Int?

  @Flag(
    inversion: .prefixedNo, help: "Whether the output layer is the embedding. (default: no)")
  var tiedEmbeddings: Bool?

  /// What the sizes set in a decoder's configuration.
  var changes: [(key: String, value: JSONValue)] {
    let sizes = [
      ("hidden_size", hiddenSize), ("num_hidden_layers", layers), ("num_attention_heads", heads),
      ("num_key_value_heads", kvHeads), ("head_dim", headDim),
      ("intermediate_size", intermediateSize), ("vocab_size", vocabSize),
    ]
    return sizes.compactMap { key, size in size.map { (key, .number($0)) } }
      + (tiedEmbeddings.map { [("tie_word_embeddings", .bool($0))] } ?? [])
  }

  /// Ways in which the model is given.
  func sourceCount(path: String?) -> Int {
    [path != nil, preset != nil, sizes != nil, path == nil && preset == nil && !changes.isEmpty]
      .count { $0 }
  }
}

/// A count of parameters: `20M`, `1.5B`, `500k`, `1044`.
struct CountArgument: ExpressibleByArgument, Equatable {
  let count: Int

  init?(argument: String) {
    let factors: [Character: Double] = ["k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9]
    let factor = argument.lowercased().last.flatMap { factors[$0] }
    let digits = factor == nil ? Substring(argument) : argument.dropLast()
    guard let number = Double(digits), number > 0, number * (factor ?? 1) < 0x1p62 else {
      return nil
    }
    count = Int((number * (factor ?? 1)).rounded())
  }
}

/// Ranks with commas between, each from 1 to 65536.
struct RanksArgument: ExpressibleByArgument, Equatable {
  let ranks: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    ranks = parts.compactMap { Int($0) }.filter { (1...65536).contains($0) }
    guard ranks.count == parts.count, !ranks.isEmpty else { return nil }
  }

  init(_ ranks: [Int]) { self.ranks = ranks }

  var defaultValueDescription: String { ranks.map(String.init).joined(separator: ",") }
}
