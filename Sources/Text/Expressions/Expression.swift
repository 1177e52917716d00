/// A regular expression as a tree.
indirect enum Expression: Sendable {
  case set(ScalarSet)
  case sequence([Expression])
  /// The first alternative with which all that follows fits.
  case choice([Expression])
  case repetition(Expression, Repetition)
  /// What follows must fit here (or must not), and is not consumed.
  case lookahead(Expression, isNegative: Bool)

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
