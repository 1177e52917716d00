/// A regular expression as a tree.
indirect enum PatternTree: Sendable {
  case set(ScalarSet)
  case sequence([PatternTree])
  /// The first alternative with which all that follows fits.
  case choice([PatternTree])
  case repetition(PatternTree, Repetition)
  /// What follows must fit here (or must not), and is not consumed.
  case lookahead(PatternTree, isNegative: Bool)

  /// How often something is repeated.
  struct Repetition: Sendable {
    var minimum: Int
    /// nil for without end.
    var maximum: Int?
    var kind = Kind.greedy

    enum Kind { case greedy, lazy, possessive }
  }

  /// Whether it fits the empty text.
  var isNullable: Bool {
    switch self {
    case .set: false
    case .sequence(let parts): parts.allSatisfy(\.isNullable)
    case .choice(let alternatives): alternatives.contains(where: \.isNullable)
    case .repetition(let body, let repetition): repetition.minimum == 0 || body.isNullable
    case .lookahead: true
    }
  }
}

/// Why a regular expression is refused.
struct ExpressionProblem: Error, Equatable, CustomStringConvertible {
  /// The number of the character, from 1, where it is.
  let place: Int
  let problem: String

  var description: String { "at character \(place) of the pattern: \(problem)" }
}
