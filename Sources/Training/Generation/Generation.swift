import Kernels
import Tensors

/// Continues a prompt token by token.
package struct Generation<Scalar: DenseScalar>: Sendable {
  /// Why it ended.
  package enum End: Sendable, Equatable {
    /// A token that ends texts was chosen; it is not handed out.
    case stop(Int32)
    /// So many tokens were asked for, or there are no more positions.
    case length
    /// `body` wanted no more.
    case cancelled
    /// A logit is no number.
    case noChoice
  }

  package var sampler = Sampler()
  package var generator = Generator(seed: 0)
  /// Tokens at most.
  package var limit = 256
  /// Tokens that end a text.
  package var stops: Set<Int32> = []

  package init() {}

  /// Hands out the tokens after `prompt`, as soon as each is chosen, until one ends the text or `body`
  /// returns false.
  ///
  /// `text` stands behind all that was read afterwards, so that another prompt can go on from there: it
  /// has not read the last token chosen, which is returned to be read before what comes next.
  package mutating func run(
    after prompt: [Int32], on text: inout Continuation<Scalar>, positions: Int? = nil,
    _ body: (Int32) throws -> Bool
  ) rethrows -> (end: End, unread: Int32?) {
    var next = prompt
    for _ in 0..<limit {
      guard text.tokens.count + next.count <= positions ?? .max else { return (.length, nil) }
      let logits = text.read(next)
      guard let token = sampler.choice(of: logits, after: text.tokens, by: &generator) else {
        return (.noChoice, nil)
      }
      if stops.contains(token) { return (.stop(token), token) }
      guard try body(token) else { return (.cancelled, token) }
      next = [token]
    }
    return (.length, limit > 0 ? next.last : nil)
  }
}
