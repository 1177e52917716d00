import OrderedCollections
import Tensors

/// A JSON value that keeps what text has and most decoders drop: the order of keys, and numbers
/// as they were written.
package indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(OrderedDictionary<ExactString, JSONValue>)

  /// Two strings are equal when their bytes are.
  package static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): ExactString(left) == ExactString(right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

/// A number as text; what it is worth is asked for.
package struct JSONNumber: Hashable, Sendable {
  /// As RFC 8259 writes numbers, or as `JSONSpelling.python` does.
  package let text: String

  package init(_ value: Int) {
    text = String(value)
  }

  /// The shortest text that reads back as `value`, which must be finite.
  package init(_ value: Double) {
    precondition(value.isFinite, "JSON has no NaN and no infinity")
    // Swift writes 1e-05 and 5.0; both are JSON.
    text = String(value)
  }

  /// A number whose text a lexer has checked.
  init(checked text: String) {
    self.text = text
  }

  /// The value when the text is a whole number without point and exponent that fits.
  package var int: Int? { Int(text) }

  /// The nearest double; infinite when the number is too large for one.
  package var double: Double { Double(text) ?? .nan }
}

extension JSONValue {
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  package var int: Int? { if case .number(let value) = self { value.int } else { nil } }
  package var double: Double? { if case .number(let value) = self { value.double } else { nil } }
  package var isNull: Bool { if case .null = self { true } else { false } }

  package var object: OrderedDictionary<ExactString, JSONValue>? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The member of an object; nil when there is none or this is no object.
  ///
  /// Setting adds at the end, replaces in place, or removes with nil; what is no object stays.
  package subscript(key: String) -> JSONValue? {
    get { object?[ExactString(key)] }
    set {
      guard case .object(var members) = self else { return }
      members[ExactString(key)] = newValue
      self = .object(members)
    }
  }

  package static func number(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
  /// The value must be finite.
  package static func number(_ value: Double) -> JSONValue { .number(JSONNumber(value)) }

  /// An object with these members, in this order; keys must differ.
  package init(members: [(String, JSONValue)]) {
    self = .object(
      OrderedDictionary(uniqueKeysWithValues: members.map { (ExactString($0.0), $0.1) }))
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(members: elements)
  }
}
