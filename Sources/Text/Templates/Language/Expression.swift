/// What stands between `{{` and `}}`, and where.
struct Expression: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case literal(Literal)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(Expression, Slice)
    case call(Expression, Arguments)
    case filter(Expression, FilterName, Arguments)
    case test(Expression, TestName, Arguments)
    case not(Expression)
    case negated(Expression)
    case arithmetic(Arithmetic, Expression, Expression)
    case joined([Expression])
    case comparison(Expression, [(Comparison, Expression)])
    case both(Expression, Expression)
    case either(Expression, Expression)
    case conditional(Expression, if: Expression, otherwise: Expression?)
  }

  enum Literal: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
  }

  struct Slice: Sendable {
    var start: Expression?
    var stop: Expression?
    var step: Expression?
  }

  struct Arguments: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
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
