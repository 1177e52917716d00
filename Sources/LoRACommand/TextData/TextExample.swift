import Text

/// A row of text data as tokens, and what is to be foretold of them.
struct TextExample: Equatable {
  /// The line that the row begins on.
  let line: Int
  let tokens: [Int32]
  /// Of each token, what it is as a target; -1 where it is none.
  let labels: [Int32]
  /// Whether a system's words are not in it, because the template has no place for them.
  var dropsSystem = false

  /// Tokens that are foretold: the first has nothing before it.
  var counted: Int { labels.dropFirst().count { $0 >= 0 } }
}

/// What of a row counts.
enum CountedText: String, CaseIterable {
  /// What the assistant says, or what completes a prompt; of text without a prompt, all.
  case answer
  case all
}
