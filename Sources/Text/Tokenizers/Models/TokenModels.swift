import JSON
import Tensors

/// The kinds of models, by their names in `tokenizer.json`.
enum TokenModels {
  static let supported = ["BPE", "Unigram", "WordPiece"]

  /// Makes the model; `isByteLevel` says whether bytes will stand for characters.
  static func make(_ file: ModelFile, isByteLevel: Bool) throws(TokenizerError) -> any TokenModel {
    switch try kind(file) {
    case "BPE": try bytePairs(file, isByteLevel: isByteLevel)
    case "Unigram": try unigram(file)
    case "WordPiece": try wordPiece(file)
    case let kind: throw file.settings.fails(.unsupported(kind: kind, supported: supported))
    }
  }

  /// Older files do not say what their model is.
  private static func kind(_ file: ModelFile) throws(TokenizerError) -> String {
    if file.settings.optional("type") != nil { return try file.settings.kind() }
    if file.merges != nil { return "BPE" }
    if case .scores = file.tokens { return "Unigram" }
    throw file.settings.fails(.missing("type"))
  }

  private static func vocabulary(_ file: ModelFile) throws(TokenizerError) -> Vocabulary {
    guard case .ids(let vocabulary) = file.tokens else {
      throw TokenizerError(
        file: file.settings.file, place: "model.vocab",
        .wrong(expected: "an object of tokens and ids", found: "a list"))
    }
    return vocabulary
  }

  private static func bytePairs(
    _ file: ModelFile, isByteLevel: Bool
  ) throws(TokenizerError) -> BytePairModel {
    let part = file.settings
    let vocabulary = try vocabulary(file)
    if let dropout = part.optional("dropout"), dropout.value.double != 0 {
      throw dropout.fails("would make tokens a matter of chance; set it to null")
    }
    var settings = BytePairModel.Settings()
    settings.unknown = try part.optional("unk_token").map { unknown throws(TokenizerError) in
      try id(of: unknown, in: vocabulary)
    }
    settings.fusesUnknown = try part.flag("fuse_unk", or: false)
    settings.fallsBackToBytes = try part.flag("byte_fallback", or: false)
    settings.ignoresMerges = try part.flag("ignore_merges", or: false)
    settings.prefix = Array(try part.optional("continuing_subword_prefix")?.text().utf8 ?? "".utf8)
    settings.suffix = Array(try part.optional("end_of_word_suffix")?.text().utf8 ?? "".utf8)
    settings.words = WordMarks(file.merges, vocabulary, settings)
    return BytePairModel(
      vocabulary, try merges(file, vocabulary, prefix: settings.prefix), settings,
      isByteLevel: isByteLevel && !settings.fallsBackToBytes)
  }

  private static func id(
    of part: TokenizerPart, in vocabulary: Vocabulary
  ) throws(TokenizerError) -> Int {
    let token = try part.text()
    guard let id = vocabulary.find(Array(token.utf8)) else {
      throw part.fails("\"\(escapedKey(token))\" is not in the vocabulary")
    }
    return id
  }

  private static func merges(
    _ file: ModelFile, _ vocabulary: Vocabulary, prefix: [UInt8]
  ) throws(TokenizerError) -> MergeTable {
    guard let merges = file.merges else { throw file.settings.fails(.missing("merges")) }
    var table = MergeTable(capacity: merges.count)
    let bytes = merges.bytes
    func id(_ token: ArraySlice<UInt8>, _ rank: Int) throws(TokenizerError) -> Int {
      if let id = vocabulary.find(token) { return id }
      throw TokenizerError(
        file: file.settings.file, place: "model.merges[\(rank)]",
        .other("\"\(escapedKey(Array(token).text))\" is not in the vocabulary"))
    }
    for rank in 0..<merges.count {
      let (left, right) = merges[rank]
      let made =
        prefix.isEmpty
        ? bytes[left.lowerBound..<right.upperBound]
        : bytes[left] + bytes[right].dropFirst(prefix.count)
      table.set(
        try id(bytes[left], rank), try id(bytes[right], rank), rank: rank, makes: try id(made, rank)
      )
    }
    return table
  }

  private static func unigram(_ file: ModelFile) throws(TokenizerError) -> UnigramModel {
    guard case .scores(let tokens) = file.tokens else {
      throw TokenizerError(
        file: file.settings.file, place: "model.vocab",
        .wrong(expected: "a list of tokens and scores", found: "an object"))
    }
    var vocabulary = Vocabulary(capacity: tokens.count)
    for (id, token) in tokens.enumerated() {
      let problem =
        token.bytes.count > UnigramModel.lengthLimit
        ? "is longer than \(UnigramModel.lengthLimit) bytes"
        : vocabulary.add(token.bytes, id: id) == .added ? nil : "is there twice"
      if let problem {
        throw TokenizerError(
          file: file.settings.file, place: "model.vocab[\(id)]",
          .other("\"\(escapedKey(token.bytes.text))\" \(problem)"))
      }
    }
    let unknown = try file.settings.optional("unk_id").map { unknown throws(TokenizerError) in
      try unknown.count(upTo: tokens.count - 1)
    }
    return UnigramModel(
      vocabulary, scores: tokens.map(\.score), unknown: unknown,
      fallsBackToBytes: try file.settings.flag("byte_fallback", or: false))
  }

  private static func wordPiece(_ file: ModelFile) throws(TokenizerError) -> WordPieceModel {
    let vocabulary = try vocabulary(file)
    let part = file.settings
    return WordPieceModel(
      vocabulary, prefix: Array(try part.text("continuing_subword_prefix").utf8),
      unknown: vocabulary.find(Array(try part.text("unk_token").utf8)),
      lengthLimit: try part.member("max_input_chars_per_word").count(upTo: 10_000))
  }
}
