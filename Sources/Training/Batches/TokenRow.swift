/// A row of text as a network reads it: one sequence of tokens, and what it should come out as.
package struct TokenRow: Sendable, Equatable {
  /// What a row should come out as; all rows of a run are of one kind.
  package enum Target: Sendable, Equatable {
    /// For each token what it is as a target, negative where it is none. The first is none: nothing
    /// stands before it.
    case tokens([Int32])
    /// The class of the sequence.
    case label(Int32)
    /// A number for each output: several labels from 0 to 1, or values.
    case values([Double])
  }

  /// At least one, each below the vocabulary.
  package let tokens: [Int32]
  /// The segment of each token; nil for all 0.
  package let segments: [Int32]?
  package let target: Target

  package init(_ tokens: [Int32], segments: [Int32]? = nil, target: Target) {
    precondition(!tokens.isEmpty, "a sequence has a token")
    precondition(segments.map { $0.count == tokens.count } ?? true, "a segment for each token")
    if case .tokens(let labels) = target {
      precondition(labels.count == tokens.count, "a label for each token")
    }
    (self.tokens, self.segments, self.target) = (tokens, segments, target)
  }

  /// Outputs of the row that its loss counts.
  package var counted: Int {
    if case .tokens(let labels) = target { labels.dropFirst().count { $0 >= 0 } } else { 1 }
  }
}
