import Training

/// A row of text as the trainer takes it, and the line it is from.
struct TextRow {
  /// The line that the row begins on.
  let line: Int
  let tokens: TokenRow

  /// What is asked: the tokens before the first that is foretold.
  ///
  /// None when the row has labels of another kind, or all of it is learned.
  var prompt: [Int32]? {
    guard case .tokens(let labels) = tokens.target,
      let first = labels.indices.dropFirst().first(where: { labels[$0] >= 0 }), first > 1
    else { return nil }
    return Array(tokens.tokens[..<first])
  }
}
