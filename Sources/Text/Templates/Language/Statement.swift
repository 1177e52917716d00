/// A piece of a template: text as it stands, or what a tag does.
struct Statement: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(String)
    case output(Expression)
    case condition(branches: [(Expression, [Statement])], otherwise: [Statement])
    case loop(Loop)
    case set(Target, Expression)
    /// `{% set x %}…{% endset %}`, through the filters that stand behind the name.
    case capture(Target, filters: [Filter], [Statement])
    case macro(Macro)
    case call(Expression, Macro)
    case filtered([Filter], [Statement])
    case with([(Target, Expression)], [Statement])
    /// `{% generation %}`: what the assistant says.
    case generation([Statement])
    case leaveLoop
    case nextRound
  }

  struct Loop: Sendable {
    let target: Target
    let values: Expression
    let condition: Expression?
    let body: [Statement]
    let otherwise: [Statement]
  }

  /// What a value is given to: names, or a member of a namespace.
  enum Target: Sendable {
    case name(String)
    case names([String])
    case member(of: String, String)
  }

  struct Filter: Sendable {
    let name: FilterName
    let arguments: Expression.Arguments
  }

  struct Macro: Sendable {
    let name: String
    let parameters: [(name: String, value: Expression?)]
    let body: [Statement]
  }
}
