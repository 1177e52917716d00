/// What stands between `{{` and `}}`, and where.
struct TemplateExpression: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case literal(Literal)
    case name(String)
    case list([TemplateExpression])
    case tuple([TemplateExpression])
    case dictionary([(key: TemplateExpression, value: TemplateExpression)])
    case attribute(TemplateExpression, String)
    case item(TemplateExpression, TemplateExpression)
    case slice(TemplateExpression, Slice)
    case call(TemplateExpression, Arguments)
    case filter(TemplateExpression, FilterName, Arguments)
    case test(TemplateExpression, TestName, Arguments)
    case not(TemplateExpression)
    case negated(TemplateExpression)
    case arithmetic(Arithmetic, TemplateExpression, TemplateExpression)
    case joined([TemplateExpression])
    case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
    case both(TemplateExpression, TemplateExpression)
    case either(TemplateExpression, TemplateExpression)
    case conditional(TemplateExpression, if: TemplateExpression, otherwise: TemplateExpression?)
  }

  enum Literal: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
  }

  struct Slice: Sendable {
    var start: TemplateExpression?
    var stop: TemplateExpression?
    var step: TemplateExpression?
  }

  struct Arguments: Sendable {
    var positional: [TemplateExpression] = []
    var named: [(name: String, value: TemplateExpression)] = []
  }

  enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case divideWhole = "//"
    case remainder = "%"
    case power = "**"
  }

  enum Comparison: String, Sendable {
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in` = "in"
    case notIn = "not in"
  }
}
