import Kernels
import Text
import Training

/// What a model answers to one row's prompt, the most probable token each time.
struct TextSample {
  let tokenizer: Tokenizer
  let prompt: [Int32]
  let stops: StopTokens

  private static let length = 48

  /// The sample of the first of `rows` that asks something; nil where none does, or the model makes no
  /// text.
  init?(_ rows: TextRows, _ encoder: TextRowEncoder) {
    let candidates = rows.held.isEmpty ? rows.training : rows.held
    guard encoder.network.language != nil, let tokenizer = encoder.examples.tokenizerIfAny,
      let prompt = candidates.lazy.compactMap(\.prompt).first
    else { return nil }
    (self.tokenizer, self.prompt) = (tokenizer, prompt)
    stops = encoder.examples.stops
  }

  /// What is asked.
  func question() throws -> String {
    try tokenizer.decode(prompt.map { Int($0) }, keepingSpecialTokens: true)
  }

  func answer(of network: Transformer<Float>, _ workers: Workers) throws -> String {
    var (generation, text) = (Generation<Float>(), Continuation(network, workers))
    (generation.limit, generation.stops) = (Self.length, Set(stops.ids.map { Int32($0) }))
    var ids: [Int] = []
    let result = generation.run(
      after: prompt, on: &text, positions: network.design.positionLimit
    ) { token in
      ids.append(Int(token))
      return true
    }
    let ending = if case .length = result.end { "…" } else { "" }
    return try tokenizer.decode(ids, keepingSpecialTokens: false) + ending
  }
}
