import Synchronization
import Tensors

/// Text to tokens and back, exactly as `tokenizer.json` says.
///
/// The file alone counts, read as Hugging Face's `tokenizers.Tokenizer.from_file` reads it: without the
/// truncation and padding that it may hold. What it asks for that is not known here is refused.
package final class Tokenizer: Sendable {
  private let file: String
  private let normalizer: (any Normalizer)?
  private let preTokenizer: (any PreTokenizer)?
  private let model: any TokenModel
  private let processor: PostProcessor
  private let added: AddedVocabulary
  /// The stages of a decoder, in their first state.
  let decoders: [any TokenDecoder & Sendable]
  /// What models keep between texts, for as many as encode at once.
  private let memories = Mutex<[ModelMemory]>([])

  /// Reads the bytes of a `tokenizer.json`.
  ///
  /// - Parameters:
  ///   - json: All of them.
  ///   - file: The path that errors name.
  /// - Throws: `TokenizerError` with the place of what is wrong or not supported.
  package init(json: [UInt8], file: String) throws(TokenizerError) {
    let parts = try TokenizerFile(json, file: file)
    self.file = file
    if let version = parts.optional("version"), try version.text() != "1.0" {
      throw version.fails(.unsupported(kind: try version.text(), supported: ["1.0"]))
    }
    guard let modelFile = parts.model else {
      throw TokenizerError(file: file, place: "", .missing("model"))
    }
    normalizer = try parts.optional("normalizer").map { part throws(TokenizerError) in
      try Normalizers.read(part)
    }
    preTokenizer = try parts.optional("pre_tokenizer").map { part throws(TokenizerError) in
      try PreTokenizers.read(part)
    }
    model = try TokenModels.make(modelFile, isByteLevel: preTokenizer?.isByteLevel ?? false)
    decoders =
      try parts.optional("decoder").map { part throws(TokenizerError) in
        try TokenDecoders.read(part)
      } ?? [JoiningDecoder()]
    added = try AddedVocabulary(parts.optional("added_tokens"), model.vocabulary, normalizer)
    processor =
      try parts.optional("post_processor").map { part throws(TokenizerError) in
        try PostProcessor.read(part)
      } ?? .none
    for id in processor.specialTokens where token(id) == nil {
      throw TokenizerError(
        file: file, place: "post_processor", .other("no token has the id \(id)"))
    }
  }
}

extension Tokenizer {
  /// The tokens of a text, or of two.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - second: One that goes with it.
  ///   - addsSpecialTokens: Whether the tokens that a model expects around texts are put in.
  /// - Returns: The tokens, each with the part of its text that it stands for.
  /// - Throws: `TokenizerError` when the model has no token for what it does not know.
  package func encode(
    _ text: String, _ second: String? = nil, addingSpecialTokens addsSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Encoding {
    let texts = [text, second].compactMap { $0 }.map { Array($0.utf8) }
    var encoding = Encoding()
    var place = 0
    for piece in second == nil ? processor.single : processor.pair {
      switch piece {
      case .text(let number, let type) where number < texts.count:
        encoding.add(try tokens(of: texts[number]), of: number, type: type)
        place = texts[number].count
      case .text: break
      case .special(let ids, let type):
        if addsSpecialTokens { encoding.add(special: ids, at: place, type: type) }
      }
    }
    return encoding
  }

  private func tokens(of bytes: [UInt8]) throws(TokenizerError) -> TokenList {
    guard bytes.count < UInt32.max else {
      throw TokenizerError(
        file: file, place: "", .other("a text of \(bytes.count) bytes is too long; split it"))
    }
    var memory = memories.withLock { $0.popLast() } ?? ModelMemory()
    var tokens = TokenList()
    tokens.ids.reserveCapacity(bytes.count / 4)
    tokens.spans.reserveCapacity(bytes.count / 4)
    for part in added.plain.parts(of: bytes) {
      if let token = part.token {
        tokens.add(token.id, part.range)
      } else {
        try add(AlignedText(bytes, part.range), to: &tokens, &memory)
      }
    }
    memories.withLock { $0.append(memory) }
    return tokens
  }

  /// Adds the tokens of what lies between added tokens.
  private func add(
    _ plain: consuming AlignedText, to tokens: inout TokenList, _ memory: inout ModelMemory
  ) throws(TokenizerError) {
    var text = plain
    normalizer?.normalize(&text)
    for part in added.normalized.parts(of: text.bytes) {
      if let token = part.token {
        tokens.add(token.id, text.source(of: part.range))
        continue
      }
      var split = SplitText(part.range == text.bytes.indices ? text : text.part(part.range))
      preTokenizer?.split(&split)
      if !model.takesByteLevel { split.writeByteLevel() }
      do throws(ModelProblem) {
        try model.encode(split, into: &tokens, &memory)
      } catch {
        throw TokenizerError(
          file: file, place: "model",
          .other("the text holds what no token stands for, and no token stands for the unknown"))
      }
    }
  }
}

extension Tokenizer {
  /// A token as a decoder takes it.
  struct DecodedToken {
    var bytes: [UInt8]
    var isSpecial: Bool
  }

  /// What a decoder makes text of.
  func decodedBytes(of id: Int) throws(TokenizerError) -> DecodedToken {
    guard let bytes = added.written(id) ?? model.vocabulary[id].map({ Array($0) }) else {
      throw TokenizerError(
        file: file, place: "", .other("no token has the id \(id); ids go up to \(idBound - 1)"))
    }
    return DecodedToken(bytes: bytes, isSpecial: added.isSpecial(bytes))
  }

  /// The text of tokens.
  ///
  /// - Parameters:
  ///   - ids: The tokens.
  ///   - keepsSpecialTokens: Whether special tokens are written too.
  /// - Returns: The text; what of it is no UTF-8 is U+FFFD.
  /// - Throws: `TokenizerError` for an id that no token has.
  package func decode(
    _ ids: [Int], keepingSpecialTokens keepsSpecialTokens: Bool = false
  ) throws(TokenizerError) -> String {
    var stream = decodingStream(keepingSpecialTokens: keepsSpecialTokens)
    var text = ""
    for id in ids { text += try stream.append(id) }
    return text + stream.finish()
  }

  /// A stream that makes text of tokens as they come.
  package func decodingStream(
    keepingSpecialTokens keepsSpecialTokens: Bool = false
  ) -> DecodingStream {
    DecodingStream(self, keepsSpecialTokens: keepsSpecialTokens)
  }
}

extension Tokenizer {
  /// The tokens that are found before the model sees a text, by id.
  package var addedTokens: [AddedToken] { added.tokens }

  /// How many tokens there are.
  package var vocabularySize: Int {
    model.vocabulary.count + added.tokens.count { model.vocabulary[$0.id] == nil }
  }

  /// One more than the largest id.
  package var idBound: Int { max(model.vocabulary.idBound, (added.tokens.last?.id ?? -1) + 1) }

  /// The id of a token, as it is written in the vocabulary; nil when there is none.
  package func id(of token: String) -> Int? {
    added.id(of: token) ?? model.vocabulary.find(Array(token.utf8))
  }

  /// The token with this id as the vocabulary writes it; nil when there is none.
  package func token(_ id: Int) -> String? {
    (added.written(id) ?? model.vocabulary[id].map { Array($0) })?.text
  }
}
