/// What a report knows about one thing, before any rendering.
package enum Value: Sendable, Equatable {
  case missing
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([Value])

  /// A value for `count`, missing when it is nil.
  package static func integer(orMissing count: Int?) -> Value {
    count.map(Value.integer) ?? .missing
  }

  /// A value for `number`, missing when it is nil.
  package static func number(orMissing number: Double?) -> Value {
    number.map(Value.number) ?? .missing
  }

  /// A value for `text`, missing when it is nil.
  package static func text(orMissing text: String?) -> Value {
    text.map(Value.text) ?? .missing
  }
}
