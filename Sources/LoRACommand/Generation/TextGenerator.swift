import Containers
import JSON
import Kernels
import Tensors
import Text
import TextModels
import Training

/// A model that texts are continued with.
struct TextGenerator {
  let model: TextModel<Float>
  let tokenizer: Tokenizer
  let stops: StopTokens
  let options: GenerationOptions
  private let workers: Workers
  private var text: Continuation<Float>

  /// A text that was made.
  struct Answer {
    var text = ""
    var ids: [Int] = []
    var promptTokens = 0
    var end = End.length
  }

  /// Why a text ended.
  enum End: Equatable {
    case token(Int)
    case text
    case length

    var word: String {
      switch self {
      case .token, .text: "stop"
      case .length: "length"
      }
    }
  }

  init(
    _ model: TextModel<Float>, _ tokenizer: Tokenizer, _ stops: StopTokens,
    _ options: GenerationOptions, workers: Workers
  ) throws {
    guard model.network.language != nil else {
      throw GenerationError.noLanguageModel(
        file: model.file, type: model.network.design.type)
    }
    (self.model, self.tokenizer, self.stops) = (model, tokenizer, stops)
    (self.options, self.workers) = (options, workers)
    text = Continuation(model.network, workers)
  }

  /// The tokens of a prompt; a conversation was given its special tokens by its template.
  func tokens(of prompt: String, isConversation: Bool) throws -> [Int] {
    let ids = try tokenizer.encode(prompt, addingSpecialTokens: !isConversation).ids
    do throws(TokenProblem) {
      try model.network.check(ids.map { Int32($0) })
    } catch {
      throw GenerationError.prompt(error, file: model.file)
    }
    return ids
  }

  /// Continues a prompt; `body` is given the text as it is made.
  ///
  /// What the model has read of an earlier text and this one has in common is not read again.
  mutating func answer(
    _ prompt: [Int], _ body: (String) throws -> Void
  ) throws -> Answer {
    var generation = Generation<Float>()
    generation.sampler = options.sampler
    generation.generator = Generator(seed: options.seed.seed)
    generation.limit = options.tokens
    generation.stops = Set(stops.ids.map { Int32($0) })
    var (answer, stream) = (Answer(), tokenizer.decodingStream())
    var ends = StopTexts(options.stops)
    answer.promptTokens = prompt.count
    let ids = prompt.map { Int32($0) }
    let known = text.tokens.count
    if known == 0 || known >= ids.count || !ids.starts(with: text.tokens) {
      text = Continuation(model.network, workers)
    }
    let result = try generation.run(
      after: Array(ids[text.tokens.count...]), on: &text,
      positions: model.network.design.positionLimit
    ) { token in
      try Interruption.check()
      answer.ids.append(Int(token))
      let piece = ends.append(try stream.append(Int(token)))
      answer.text += piece
      try body(piece)
      return !ends.isFound
    }
    let rest = ends.isFound ? "" : ends.append(stream.finish()) + ends.finish()
    answer.text += rest
    try body(rest)
    switch result.end {
    case .stop(let token): answer.end = .token(Int(token))
    case .cancelled: answer.end = .text
    case .length: answer.end = .length
    case .noChoice: throw GenerationError.notFinite(file: model.file)
    }
    return answer
  }
}
