/// A piece of a template: text as it stands, or what a tag does.
struct TemplateStatement: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(String)
    case output(TemplateExpression)
    case condition(
      branches: [(TemplateExpression, [TemplateStatement])], otherwise: [TemplateStatement])
    case loop(Loop)
    case set(Target, TemplateExpression)
    /// `{% set x %}…{% endset %}`, through the filters that stand behind the name.
    case capture(Target, filters: [Filter], [TemplateStatement])
    case macro(Macro)
    case call(TemplateExpression, Macro)
    case filtered([Filter], [TemplateStatement])
    case with([(Target, TemplateExpression)], [TemplateStatement])
    /// `{% generation %}`: what the assistant says.
    case generation([TemplateStatement])
    case leaveLoop
    case nextRound
  }

  struct Loop: Sendable {
    let target: Target
    let values: TemplateExpression
    let condition: TemplateExpression?
    let body: [TemplateStatement]
    let otherwise: [TemplateStatement]
  }

  /// What a value is given to: names, or a member of a namespace.
  enum Target: Sendable {
    case name(String)
    case names([String])
    case member(of: String, String)
  }

  struct Filter: Sendable {
    let name: FilterName
    let arguments: TemplateExpression.Arguments
  }

  struct Macro: Sendable {
    let name: String
    let parameters: [(name: String, value: TemplateExpression?)]
    let body: [TemplateStatement]
  }
}
