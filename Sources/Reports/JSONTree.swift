/// A JSON document to write: members stay in the order in which they are given.
package indirect enum JSONTree: Sendable, Equatable {
  case null
  case flag(Bool)
  case integer(Int)
  /// Written as null when it is not finite, as JSON has no such numbers.
  case number(Double)
  case text(String)
  case array([JSONTree])
  case object([Member])

  /// One name of an object and what it names.
  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: JSONTree

    package init(_ name: String, _ value: JSONTree) {
      self.name = name
      self.value = value
    }
  }

  package init(_ value: Value) {
    switch value {
    case .missing: self = .null
    case .flag(let flag): self = .flag(flag)
    case .integer(let count): self = .integer(count)
    case .number(let number): self = .number(number)
    case .text(let text): self = .text(text)
    case .list(let values): self = .array(values.map { JSONTree($0) })
    }
  }
}
